import { closeSync, openSync, readSync } from 'node:fs';
import type { Frame } from '../clip.js';
import { interruption, quote } from '../failures.js';
import { positionFinder } from './coded-order.js';
import { createDamageLog, type DamageLog } from './damage-log.js';
import { gapAhead } from './damage-words.js';
import { type DecodedFrame, type DecodeOptions, decodeFrames } from './decode.js';
import { wholePass } from './decode-plan.js';
import { damageFailure, decodingFailure } from './decoding-failure.js';
import { type Selection, selectFrames, type Target } from './frame-selection.js';
import { createFindHeldBack } from './held-back.js';
import { MAX_SAMPLE_BYTES } from './mp4/excerpt.js';
import { isNeverReferred } from './mp4/nal-units.js';
import type { StoredFrames } from './mp4/samples.js';
import type { OpenedVideo } from './opened-video.js';
import type { Probe } from './probe.js';
import { copiesOf } from './read-pass.js';

interface CarefulPass {
  /** Indices into the timeline, never falling. */
  readonly frames: readonly number[];
  /** Distinct frames that were read before these: an error counts them too. */
  readonly before: number;
}

/**
 * Decodes a clip from its start in one thread, so that ffmpeg's complaints say which frames are damaged. Whatever plan
 * came upon the damage, the answer is the same. Damaged frames are given where the request allows them, and in place of
 * one that does not come, the next one that does, or the last one.
 *
 * @throws UserError `corrupt` where it does not; as openVideo says.
 */
export async function* readCarefully(
  video: OpenedVideo,
  { frames, before }: CarefulPass,
): AsyncGenerator<Frame, void> {
  const { probe, allowDamaged } = video;
  const pass = wholePass(frames);
  const selection = selectFrames(probe.index, pass.frames, pass.reach);
  const damageLog = createDamageLog({
    isCounted: probe.index.kind === 'counted',
    isNeverReferred: probe.stored ? neverReferredIn(video.path, probe.stored) : undefined,
    shownAt: probe.index.codedPositions ? positionFinder(probe.index) : undefined,
    gapAhead: (line) => gapAhead(line, { container: probe.container, codec: probe.coding.codec }),
    losses: probe.losses,
  });
  const count = { missing: 0, concealed: 0 };
  for await (const judged of judgeFrames(video, { selection, damageLog })) {
    if (judged.isMissing) count.missing += 1;
    else if (judged.isDamaged) count.concealed += 1;
    if (!allowDamaged && count.missing + count.concealed > 0) continue;
    const { isDamaged } = judged;
    for (const copy of copiesOf(judged, { index: probe.index, frames })) yield { ...copy, isDamaged };
  }
  if (allowDamaged || count.missing + count.concealed === 0) return;
  const expected = before + selection.targets.length;
  const found = [
    ...(count.concealed > 0 ? [`${count.concealed} of ${expected} frames show what ffmpeg made up`] : []),
    ...(count.missing > 0 ? [`expected ${expected} frames, got ${expected - count.missing}`] : []),
  ];
  throw damageFailure(video, [...found, wordsOf(probe, damageLog)].join('; '));
}

function wordsOf({ losses }: Probe, damageLog: DamageLog): string {
  const words = damageLog.words();
  return losses && words.length === 0 ? 'parts of the file are missing or wrong' : quote(words);
}

interface JudgedFrame {
  readonly target: Target;
  readonly decoded: DecodedFrame;
  readonly isDamaged: boolean;
  /** Whether another one stands for it. */
  readonly isMissing: boolean;
}

async function* judgeFrames(
  video: OpenedVideo,
  { selection, damageLog }: { selection: Selection; damageLog: DamageLog },
): AsyncGenerator<JudgedFrame, void> {
  const { path, limits, probe } = video;
  const { kind, positions, codedPositions } = probe.index;
  const stampOf = (frame: number) => ({
    microseconds: Math.round((codedPositions ?? positions)[frame]! * 1e6),
  });
  const waiting = [...selection.targets];
  const isLost = ({ frame, from, ownBefore }: Target, { position }: DecodedFrame): boolean => {
    if (kind === 'counted' || (position >= from && position < ownBefore)) return false;
    return damageLog.isLost(stampOf(frame));
  };
  const isLong = longFrames(probe.index.timeline.startSeconds);
  /** Whether it is on screen in place of lost ones. */
  const standsForLost = ({ frame }: Target): boolean =>
    kind === 'stamped' && isLong(frame) && damageLog.isAtFault(stampOf(frame + 1));
  let latest: DecodedFrame | undefined;
  let held: JudgedFrame[] = [];
  function* letGo(): Generator<JudgedFrame, void> {
    for (const judged of held)
      yield { ...judged, isDamaged: judged.isDamaged || standsForLost(judged.target) };
    held = [];
  }
  const judge = (target: Target, decoded: DecodedFrame, isNear: boolean): JudgedFrame => {
    // Where nothing is wrong with a packet of which no frame comes, it shows none.
    const isMissing = isNear
      ? isLost(target, decoded)
      : probe.losses !== null || damageLog.words().length > 0;
    return { target, decoded, isMissing, isDamaged: isMissing || decoded.isDamaged };
  };
  const options = decodeOptions(video, { selection, damageLog });
  const findHeldBack = createFindHeldBack(options);
  for await (const event of decodeFrames(options)) {
    yield* letGo();
    if (event.kind === 'frame') {
      latest = event;
      while (waiting.length > 0 && event.position >= waiting[0]!.from) {
        const target = waiting.shift()!;
        const found = await findHeldBack(target, event);
        held.push(judge(target, found, found.position < target.before));
      }
      // Of what was lost after a frame, ffmpeg speaks when it reads on.
      if (waiting.length > 0 || held.some(({ target }) => isLong(target.frame))) continue;
      yield* letGo();
      return;
    }
    const interrupted = interruption(path, event, limits.timeBudget);
    if (interrupted) throw interrupted;
    if (!latest) throw decodingFailure(video, { exit: event, found: 0, expected: waiting.length });
    for (const target of waiting) yield judge(target, latest, latest.position >= target.spareFrom);
  }
}

/** Which frames are on screen for so long that others may have been lost after them. */
function longFrames(startSeconds: Float64Array): (frame: number) => boolean {
  const periods = startSeconds.subarray(1).map((seconds, index) => seconds - startSeconds[index]!);
  const usual = periods.toSorted()[periods.length >> 1]!;
  return (frame) => periods[frame]! > usual * 1.5;
}

function decodeOptions(
  { limits, probe, preprocessing }: OpenedVideo,
  { selection, damageLog }: { selection: Selection; damageLog: DamageLog },
): DecodeOptions {
  return {
    ...limits,
    file: probe.file,
    coding: probe.coding,
    index: probe.index,
    boundaries: selection.boundaries,
    preprocessing,
    decoderThreads: 1,
    skipOptions: [],
    seekSeconds: undefined,
    damageLog,
  };
}

/** Asked of few packets, and of none in a sound file. */
function neverReferredIn(path: string, stored: StoredFrames): (packet: number) => boolean {
  return (packet) => {
    const bytes = stored.sizes[packet];
    if (bytes === undefined || bytes > MAX_SAMPLE_BYTES) return false;
    const file = openSync(path, 'r');
    try {
      const sample = Buffer.alloc(bytes);
      const bytesRead = readSync(file, sample, 0, bytes, stored.starts[packet]!);
      return bytesRead === bytes && isNeverReferred(sample, stored.codec);
    } finally {
      closeSync(file);
    }
  };
}
