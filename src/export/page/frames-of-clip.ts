// Which pictures of a clip the network reads: what is on screen at certain times, as Clipstep's own reading has it.
import type { Reading, WebModel } from '../web-model.js';
import { type ClipPictures, openAnimation, openPictures } from './clip-pictures.js';
import type { GivenClip } from './given-clips.js';
import type { FrameOfClip } from './model.js';
import { openVideo } from './video-pictures.js';

/** A clip's frames for a network, one after the other. @throws Error with words for who gave the clip. */
export async function* readClip(
  clip: GivenClip,
  { reading, gapSeconds }: Pick<WebModel, 'reading' | 'gapSeconds'>,
): AsyncGenerator<FrameOfClip, void> {
  const pictures = await openGiven(clip);
  try {
    for (const time of timesOf(pictures.seconds, reading)) {
      yield gapSeconds === null
        ? { picture: (await pictures.at(time)).picture, partner: null }
        : await pairAt(pictures, { time, gap: gapSeconds });
    }
  } finally {
    pictures.close();
  }
}

/** A frame is on screen for longer. */
const LAST_MOMENT_SECONDS = 0.001;

/** Near the end of a clip, where there is no frame so late, both move towards its start: see media/pairs.ts. */
async function pairAt(
  pictures: ClipPictures,
  { time, gap }: { time: number; gap: number },
): Promise<FrameOfClip> {
  const first = await pictures.at(time);
  if (first.startSeconds + gap < pictures.seconds) {
    return { picture: first.picture, partner: (await pictures.at(first.startSeconds + gap)).picture };
  }
  first.picture.close();
  const last = await pictures.at(Math.max(0, pictures.seconds - LAST_MOMENT_SECONDS));
  const earlier = Math.max(0, Math.min(first.startSeconds, last.startSeconds - gap));
  return { picture: (await pictures.at(earlier)).picture, partner: last.picture };
}

/** Of a tick: where a clip of 2 s is read at 30 a second, rounding must not make a 61st tick. */
const TICK_TOLERANCE = 1e-6;

/** When the frames that are read are on screen: see media/sampling.ts. */
export function timesOf(seconds: number, reading: Reading): number[] {
  if (reading.kind === 'spread') {
    return Array.from({ length: reading.frames }, (_, index) => ((index + 0.5) / reading.frames) * seconds);
  }
  const { framesPerSecond, maxFrames } = reading;
  const ticks = Math.max(1, Math.ceil(seconds * framesPerSecond - TICK_TOLERANCE));
  return Array.from({ length: Math.min(ticks, maxFrames) }, (_, index) => index / framesPerSecond);
}

/** As many as a reading has at most. */
export const mostFrames = (reading: Reading): number =>
  reading.kind === 'spread' ? reading.frames : reading.maxFrames;

const ANIMATION = /\.gif$/i;

async function openGiven({ files, isPictures }: GivenClip): Promise<ClipPictures> {
  const [first, ...others] = files;
  if (!first || others.length > 0) return openPictures(files);
  if (!isPictures && !ANIMATION.test(first.name)) return openVideo(first);
  return (await openAnimation(first)) ?? openPictures(files);
}
