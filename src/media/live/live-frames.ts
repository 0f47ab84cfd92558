import { UserError } from '../../errors.js';
import { createPatience } from '../../platform/child-process/time-budget.js';
import { oversized, quote, tooLargeFailure } from '../failures.js';
import type { RunLimits, ToolExit } from '../ffmpeg/ffmpeg.js';
import type { Preprocessing } from '../frame-schema.js';
import { isErrorLine, shownFrames, shownStamp } from '../video/shown-frames.js';
import { liveJob, type OpenedSource, STAMPS_A_SECOND } from './live-job.js';
import type { LiveSource } from './live-source.js';
import { openBytes } from './open-bytes.js';
import { redirectedTo } from './redirected-to.js';

export interface LiveFrame {
  /** As the source stamps it; by the clock where it does not. */
  readonly timeSeconds: number;
  readonly isKeyframe: boolean;
  /** uint8 RGB [size, size, 3]. */
  readonly pixels: Uint8Array;
}

export interface LiveRequest extends Omit<RunLimits, 'timeBudget'> {
  readonly preprocessing: Preprocessing;
  /** Longest wait for a frame, the first one of a connection included; forever for a pipe. */
  readonly stallSeconds: number;
}

/**
 * The frames of a live source as they come, of one connection to it, until that ends.
 *
 * @throws UserError `unreadable` where it cannot be opened or breaks off, `timeout` where no frame comes, `refused`,
 *   `download_failed`, `too_large`, `missing_tool`, `aborted`. None where it ends as a file does.
 */
export async function* liveFrames(source: LiveSource, request: LiveRequest): AsyncGenerator<LiveFrame, void> {
  const opened = await openSource(source, request);
  const stallSeconds = source.isEndless ? request.stallSeconds : Number.POSITIVE_INFINITY;
  try {
    yield* framesOf(opened, { ...request, stallSeconds });
  } finally {
    if (opened.kind === 'bytes') opened.stream.destroy();
  }
}

async function openSource(source: LiveSource, request: LiveRequest): Promise<OpenedSource> {
  switch (source.kind) {
    case 'http':
      return openBytes(source, request);
    case 'pipe':
      return { kind: 'bytes', name: source.name, stream: source.stream };
    default:
      return source;
  }
}

async function* framesOf(source: OpenedSource, request: LiveRequest): AsyncGenerator<LiveFrame, void> {
  const { stallSeconds } = request;
  const leave = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, leave.signal]) : leave.signal;
  let redirect: string | null = null;
  const readLines = (take: (facts: Facts) => void) => (line: string) => {
    const frame = factsOf(line, source);
    if (frame) take(frame);
    redirect ??= source.kind === 'rtsp' ? redirectedTo(line, source.address) : null;
    if (redirect !== null) leave.abort();
    return !isErrorLine(line);
  };
  const limits = { ...request, signal, timeBudget: createPatience(stallSeconds) };
  const pictureBytes = request.preprocessing.size ** 2 * 3;
  for await (const event of shownFrames<Facts>(await liveJob(source, limits), { pictureBytes, readLines })) {
    if (event.kind === 'frame') yield { ...event.facts, pixels: event.pixels };
    else if (redirect !== null) throw redirected(source, redirect);
    else requireEnd(source, { exit: event, stallSeconds });
  }
}

type Facts = Omit<LiveFrame, 'pixels'>;

function factsOf(line: string, source: OpenedSource): Facts | null {
  const shown = shownStamp(line);
  if (shown === null) return null;
  const { stamp, isKeyframe } = shown;
  // Pictures that replace each other come without times, and ffmpeg makes up some to a twenty-fifth of a second.
  const isTimeless = source.kind === 'bytes' && source.demuxer === 'mpjpeg';
  return { timeSeconds: isTimeless ? performance.now() / 1000 : stamp / STAMPS_A_SECOND, isKeyframe };
}

/** @throws UserError unless ffmpeg came to an end of the source. */
function requireEnd(
  source: OpenedSource,
  { exit, stallSeconds }: { exit: ToolExit; stallSeconds: number },
): void {
  const { name } = source;
  switch (exit.kind) {
    case 'aborted':
      throw new UserError('aborted', { problem: `Watching ${name} was stopped.`, fix: 'Start again.' });
    case 'timeout':
      throw new UserError('timeout', {
        problem: `${name} gave no frame for ${stallSeconds} s.`,
        fix: 'See whether it is on and connected, or give it more time with --stall.',
      });
    case 'signalled':
      throw new UserError('unreadable', {
        problem: `ffmpeg, which reads ${name}, was ended by ${exit.signalName}.`,
        fix: 'Use a newer ffmpeg (CLIPSTEP_FFMPEG names the one to use), or free memory.',
      });
    case 'exited':
      if (exit.exitCode !== 0) throw unreadable(source, exit);
  }
}

function unreadable({ kind, name }: OpenedSource, { errorLines }: ToolExit): UserError {
  const size = oversized(errorLines);
  if (size) return tooLargeFailure(name, size);
  const isUnknown = errorLines.some((line) => /Unknown input format/.test(line));
  return new UserError('unreadable', {
    problem: `${name} cannot be read; ${quote(errorLines.map(withoutPassword))}.`,
    fix: isUnknown
      ? 'Install an ffmpeg that reads cameras (apt-get install ffmpeg), or let CLIPSTEP_FFMPEG name one.'
      : FIXES[kind],
  });
}

const FIXES: Readonly<Record<OpenedSource['kind'], string>> = {
  camera: 'See whether it is connected, and no other program uses it; camera:NAME names another one.',
  rtsp: 'See whether it plays elsewhere, with the same name and password: ffplay ADDRESS.',
  bytes: 'Send what can be read from its beginning on, such as MPEG-TS, Matroska or FLV; no playlist.',
  file: 'See whether it plays elsewhere: ffplay FILE.',
};

/** ffmpeg quotes the address that it was given. */
const withoutPassword = (line: string): string => line.replace(/\/\/[^/\s]*@/g, '//');

function redirected({ name }: OpenedSource, to: string): UserError {
  return new UserError('refused', {
    problem: `${name} sends ffmpeg on to ${to}, which was not asked for.`,
    fix: 'Where that is meant, give that address itself.',
  });
}
