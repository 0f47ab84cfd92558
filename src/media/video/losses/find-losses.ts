import { withBytesOf } from '../../images/byte-window.js';
import type { Packet } from '../packet-index.js';
import type { ProbeReport } from '../probe-report.js';
import type { VideoFile } from '../video-file.js';
import type { Losses } from './lost-packets.js';

/**
 * What a container itself shows to be lost of a video, where ffmpeg reads on without a word.
 *
 * @returns null where nothing is.
 */
export async function findLosses({ path }: VideoFile, report: ProbeReport): Promise<Losses | null> {
  const losses = await withBytesOf(path, async (readBytes) => {
    switch (report.format?.format_name) {
      case 'asf': {
        const { findAsfLosses } = await import('./asf.js');
        return findAsfLosses(readBytes);
      }
      default:
        return null;
    }
  });
  const isSound = !losses || (losses.within.size + losses.before.size === 0 && !losses.isCutOff);
  return isSound || report.packets.length === 0 ? null : atPackets(losses, report.packets);
}

/** A packet of which the start is missing is mostly not given at all: it is lost before the next one that is. */
function atPackets({ within, before, isCutOff }: Losses, packets: readonly Packet[]): Losses {
  const times = Float64Array.from(packets, decodedAt).sort();
  const given = { within: new Set<number>(), before: new Set<number>(), isCutOff };
  for (const seconds of [...within, ...before]) {
    const time = times[firstFrom(times, seconds - 1e-6)];
    if (time === undefined) given.within.add(times.at(-1)!);
    else if (within.has(seconds) && time < seconds + 1e-6) given.within.add(time);
    else given.before.add(time);
  }
  return given;
}

const decodedAt = ({ decodingSeconds, presentationSeconds }: Packet): number =>
  Number.isNaN(decodingSeconds) ? presentationSeconds : decodingSeconds;

/** The place of the first number of a rising list that is not less than a bound. */
function firstFrom(rising: Float64Array, least: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
