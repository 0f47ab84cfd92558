import type { ReadBytes } from '../byte-window.js';
import type { RunLimits } from '../ffmpeg/ffmpeg.js';
import { withinTime } from './bytes-in-time.js';
import { rising } from './losses/packet-places.js';
import type { Seam } from './packet-index.js';
import type { ProbeReport } from './probe-report.js';
import type { VideoFile } from './video-file.js';

interface Broadcast {
  readonly file: VideoFile;
  readonly report: ProbeReport;
  readonly limits: RunLimits;
}

/**
 * Finds the seams of a broadcast stream (MPEG-TS and MPEG-PS) at which no other recording begins: the times of one go on later, and
 * a frame stays on screen until then.
 *
 * @throws UserError `timeout`, `aborted`.
 */
export async function findPauses(
  seams: readonly Seam[],
  { file, report, limits }: Broadcast,
): Promise<Seam[]> {
  const starts = rising(report.packetStarts);
  const isPause = report.format?.format_name === 'mpegts' ? await transportPause() : isProgramPause;
  return withinTime(file.path, limits, async (readBytes) => {
    const pauses: Seam[] = [];
    for (const seam of seams) {
      const [from, to] = [starts[seam.packet - 1]!, starts[seam.packet]!];
      if (seam.after > seam.before && (await isPause(readBytes, { from, to }))) pauses.push(seam);
    }
    return pauses;
  });
}

/** Between two places in a file, where packets begin. */
type IsPause = (readBytes: ReadBytes, range: { from: number; to: number }) => Promise<boolean>;

async function transportPause(): Promise<IsPause> {
  const { isNumberedOn } = await import('./losses/transport-stream.js');
  return isNumberedOn;
}

/** A program stream begins with a header of the system, ISO/IEC 13818-1, section 2.5.3.6. It may come again at any time. */
const isProgramPause: IsPause = async (readBytes, { from, to }) => {
  const between = to - from <= MAX_PACKET_BYTES ? await readBytes(from, to - from) : null;
  return between !== null && !between.includes(SYSTEM_HEADER);
};

const SYSTEM_HEADER = Buffer.of(0, 0, 1, 0xbb);

/** More than lies from one frame to the next. */
const MAX_PACKET_BYTES = 2 ** 26;
