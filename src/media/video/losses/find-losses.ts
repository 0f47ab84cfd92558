import { stat } from 'node:fs/promises';
import type { ReadBytes } from '../../byte-window.js';
import type { RunLimits } from '../../ffmpeg/ffmpeg.js';
import { withinTime } from '../bytes-in-time.js';
import { joinedFilmsFailure } from '../joined-films.js';
import type { Packet } from '../packet-index.js';
import type { ProbeReport } from '../probe-report.js';
import type { VideoFile } from '../video-file.js';
import type { Losses } from './lost-packets.js';
import { decodedAt, lastBefore, rising } from './packet-places.js';

/**
 * What a container itself shows to be lost of a video, where ffmpeg reads on without a word.
 *
 * @returns null where nothing is.
 * @throws UserError `unreadable` where another film follows of which ffmpeg would read nothing; `timeout`, `aborted`.
 */
export async function findLosses(
  { path }: VideoFile,
  report: ProbeReport,
  limits: RunLimits,
): Promise<Losses | null> {
  const { packets } = report;
  const losses = await withinTime(path, limits, (readBytes) => followContainer(path, report, readBytes));
  if (losses?.isFollowed) throw joinedFilmsFailure(path);
  const isSound = !losses || (losses.within.size + losses.before.size === 0 && !losses.cutOff);
  return isSound || packets.length === 0 ? null : atPackets(losses, packets);
}

async function followContainer(
  path: string,
  report: ProbeReport,
  readBytes: ReadBytes,
): Promise<Losses | null> {
  const located = { packets: report.packets, starts: rising(report.packetStarts), bytes: report.packetBytes };
  switch (report.format?.format_name) {
    case 'asf': {
      const { findAsfLosses } = await import('./asf.js');
      return findAsfLosses(readBytes);
    }
    case 'apng': {
      const { findAnimatedPngLosses } = await import('./animated-png.js');
      return findAnimatedPngLosses(readBytes, located);
    }
    case 'avi': {
      const { findAviLosses } = await import('./avi.js');
      const { size: fileBytes } = await stat(path);
      return findAviLosses(readBytes, { ...located, fileBytes });
    }
    case 'dv': {
      const { findDvLosses } = await import('./dv.js');
      return findDvLosses(readBytes, located);
    }
    case 'flv': {
      const { findFlvLosses } = await import('./flv.js');
      return findFlvLosses(readBytes, located);
    }
    case 'matroska,webm': {
      const { findMatroskaLosses } = await import('./matroska.js');
      return findMatroskaLosses(report.exit.errorLines, located);
    }
    case 'mov,mp4,m4a,3gp,3g2,mj2': {
      const { findFragmentLosses } = await import('./fragmented-mp4.js');
      return findFragmentLosses(readBytes, located);
    }
    case 'ogg': {
      const { findOggLosses } = await import('./ogg.js');
      const areSumsChecked = report.exit.errorLines.some((line) => line.startsWith('[ogg'));
      return findOggLosses(readBytes, { ...located, areSumsChecked });
    }
    case 'mpeg': {
      const { findProgramLosses } = await import('./program-stream.js');
      return findProgramLosses(readBytes, { ...located, codec: report.stream?.codec_name ?? '' });
    }
    case 'mpegts': {
      const { findTransportLosses } = await import('./transport-stream.js');
      return findTransportLosses(readBytes, { ...located, stream: Number(report.stream?.id) });
    }
    default:
      return null;
  }
}

/** A packet of which the start is missing is mostly not given at all: it is lost before the next one that is. */
function atPackets(
  { within, before, given: all, cutOff, missing }: Losses,
  packets: readonly Packet[],
): Losses {
  const times = Float64Array.from(packets, decodedAt)
    .filter((seconds) => !Number.isNaN(seconds))
    .sort();
  const given = { within: new Set<number>(), before: new Set<number>(), given: all, cutOff, missing };
  for (const seconds of [...within, ...before]) {
    const time = times[lastBefore(times, seconds - 1e-6) + 1];
    if (time === undefined) given.within.add(times.at(-1)!);
    else if (within.has(seconds) && time < seconds + 1e-6) given.within.add(time);
    else given.before.add(time);
  }
  return given;
}
