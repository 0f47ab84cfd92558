// The clips that were given to this page, and what the model says of them.
import { signal } from '@preact/signals';
import { mostFrames, readClip } from './frames-of-clip.js';
import { clipsIn, type GivenClip, type GivenFolder } from './given-clips.js';
import { type Answer, answerOf, messageOf, model, openFilm } from './model.js';

export interface JudgedClip {
  readonly id: number;
  readonly name: string;
  /** Frames that were read, side by side; null before the first. */
  readonly strip: HTMLCanvasElement | null;
  readonly answer: Answer | null;
  /** Why there is no answer. */
  readonly problem: string | null;
}

/** The latest first. */
export const judgedClips = signal<readonly JudgedClip[]>([]);

/** What was answered last, for screen readers. */
export const announced = signal('');

let lastId = 0;
let line: Promise<void> = Promise.resolve();

/** Classifies clips one after the other. */
export function judge(given: GivenFolder): void {
  for (const clip of clipsIn(given)) {
    lastId += 1;
    const id = lastId;
    const { name } = clip;
    judgedClips.value = [{ id, name, strip: null, answer: null, problem: null }, ...judgedClips.value];
    line = line.then(() => judgeOne(id, clip));
  }
}

export function clearJudged(): void {
  judgedClips.value = [];
}

async function judgeOne(id: number, clip: GivenClip): Promise<void> {
  const most = mostFrames(model.reading);
  const film = openFilm(most);
  const strip = new FrameStrip(most);
  try {
    for await (const frame of readClip(clip, model)) {
      strip.add(frame.picture);
      update(id, { strip: strip.canvas });
      await film.add(frame);
    }
    const answer = answerOf(await film.classify());
    update(id, { answer });
    announced.value = `${clip.name}: ${answer.label ?? 'unknown'}`;
  } catch (error) {
    update(id, { problem: messageOf(error) });
    announced.value = `${clip.name} could not be read`;
  } finally {
    await film.close().catch(() => {});
  }
}

function update(id: number, change: Partial<JudgedClip>): void {
  judgedClips.value = judgedClips.value.map((clip) => (clip.id === id ? { ...clip, ...change } : clip));
}

/** Frames that are shown; of more, some at equal distances. */
const MOST_SHOWN = 8;
const SIDE = 96;

/** Frames in a row, as squares. */
class FrameStrip {
  readonly canvas = document.createElement('canvas');
  readonly #every: number;
  #added = 0;

  constructor(frames: number) {
    this.#every = Math.ceil(frames / MOST_SHOWN);
    this.canvas.width = SIDE * Math.min(frames, MOST_SHOWN);
    this.canvas.height = SIDE;
  }

  add(picture: ImageBitmap): void {
    const place = this.#added / this.#every;
    this.#added += 1;
    if (!Number.isInteger(place)) return;
    const side = Math.min(picture.width, picture.height);
    const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
    this.canvas.getContext('2d')!.drawImage(picture, left, top, side, side, place * SIDE, 0, SIDE, SIDE);
  }
}
