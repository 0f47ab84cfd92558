import { setImmediate } from 'node:timers/promises';
import { type FfmpegJob, runFfmpeg, type ToolExit } from '../ffmpeg/ffmpeg.js';

/** A frame that ffmpeg let through, with what it said of it. */
export interface ShownFrame<Facts> {
  readonly kind: 'frame';
  readonly facts: Facts;
  /** uint8 RGB [size, size, 3]. */
  readonly pixels: Uint8Array;
}

/**
 * Runs ffmpeg on a job that has stampFilter and whose output are raw pictures, and yields each with what was said of it, no
 * faster than they are taken; and then how ffmpeg ended.
 *
 * @param options.readLines gives what reads lines: it takes those that describe frames, and says which are not kept as errors.
 * @throws UserError `missing_tool`; whatever the job's `input` throws.
 */
export async function* shownFrames<Facts>(
  job: FfmpegJob,
  options: {
    pictureBytes: number;
    readLines: (takeFacts: (facts: Facts) => void) => (line: string) => boolean;
  },
): AsyncGenerator<ShownFrame<Facts> | ToolExit, void> {
  const waiting: Facts[] = [];
  const pictures: Uint8Array[] = [];
  const assemble = pictureAssembler(options.pictureBytes);
  const takesErrorLine = options.readLines((facts) => waiting.push(facts));
  for await (const event of runFfmpeg({ ...job, takesErrorLine })) {
    const finished = event.kind === 'output' ? assemble(event.bytes) : [];
    for (const picture of finished) pictures.push(picture);
    // Facts come by another pipe than pictures: whichever is first waits for the other. They were written before, so that a
    // turn of the event loop is enough for the latest picture of a live source not to wait for the next one.
    if (pictures.length > waiting.length) await setImmediate();
    while (waiting.length > 0 && pictures.length > 0) {
      yield { kind: 'frame', facts: waiting.shift()!, pixels: pictures.shift()! };
    }
    if (event.kind === 'output') continue;
    if (event.kind === 'exited' && pictures.length > 0) throw new Error('ffmpeg gave frames without times');
    yield event;
  }
}

/**
 * A filter that lets frames through and has ffmpeg say so, in a line each, as information. showinfo would say much more, in twenty
 * writes a frame, each of which Node.js is woken for.
 *
 * @param condition of the select filter; all that have a stamp when absent.
 */
export const stampFilter = (condition = 'not(isnan(pts))'): string =>
  `select='if(${condition},1+0*print(2*pts+key),0)'`;

const FRAME_LINE = /^(?:\[[^\]]+\] )*\[info\] (-?\d+)\.000000$/;

/** The stamp of the frame that a line of stampFilter describes, in the filter's unit; null for other lines. */
export function shownStamp(line: string): { stamp: number; isKeyframe: boolean } | null {
  const [, number] = FRAME_LINE.exec(line) ?? [];
  if (number === undefined) return null;
  const stamp = Math.floor(Number(number) / 2);
  return { stamp, isKeyframe: Number(number) !== 2 * stamp };
}

/** Whether a line reports an error; ffmpeg prints many others. */
export const isErrorLine = (line: string): boolean => /^(?:\[[^\]]+\] )*\[(?:error|fatal|panic)\]/.test(line);

/** Cuts a stream of bytes into pictures of a fixed size, each with memory of its own. */
function pictureAssembler(pictureBytes: number): (chunk: Buffer) => Uint8Array[] {
  let picture = new Uint8Array(pictureBytes);
  let filled = 0;
  return (chunk) => {
    const finished: Uint8Array[] = [];
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + pictureBytes - filled);
      picture.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < pictureBytes) continue;
      finished.push(picture);
      picture = new Uint8Array(pictureBytes);
      filled = 0;
    }
    return finished;
  };
}
