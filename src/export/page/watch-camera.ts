// What the camera shows, classified again and again.
import { type Signal, signal } from '@preact/signals';
import { mostFrames } from './frames-of-clip.js';
import { type Answer, answerOf, messageOf, model, openFilm } from './model.js';
import { wait } from './wait.js';

export interface Watching {
  readonly answer: Signal<Answer | null>;
  /** Frames of the camera that were read in the last second; null in the first one. */
  readonly framesPerSecond: Signal<number | null>;
  readonly problem: Signal<string | null>;
  stop(): void;
}

/** Frames that wait for the worker while it computes: a slow machine reads fewer, rather than later and later ones. */
const MOST_WAITING = 16;

/** @param seconds that an answer is about: the last ones. */
export function watchCamera(video: HTMLVideoElement, seconds: number): Watching {
  const { reading, gapSeconds } = model;
  const interval = reading.kind === 'spread' ? seconds / reading.frames : 1 / reading.framesPerSecond;
  const most = Math.min(mostFrames(reading), Math.ceil(seconds / interval));
  const film = openFilm(most);
  const stopping = new AbortController();
  const answer = signal<Answer | null>(null);
  const framesPerSecond = signal<number | null>(null);
  const problem = signal<string | null>(null);
  const pace = paceOf();
  let isClassifying = false;
  let waiting = 0;
  let read = 0;

  const classify = async () => {
    isClassifying = true;
    const found = answerOf(await film.classify());
    isClassifying = false;
    if (!stopping.signal.aborted) answer.value = found;
  };
  const look = async () => {
    waiting += 1;
    const picture = await createImageBitmap(video);
    if (gapSeconds !== null) await wait(1000 * gapSeconds, stopping.signal);
    await film.add({ picture, partner: gapSeconds === null ? null : await createImageBitmap(video) });
    waiting -= 1;
    read += 1;
    framesPerSecond.value = pace();
    if (read >= most && !isClassifying && !stopping.signal.aborted) await classify();
  };
  const fail = (error: unknown) => {
    problem.value = messageOf(error);
    stopping.abort();
  };
  void everySoOften(interval, stopping.signal, () => {
    if (waiting < MOST_WAITING) look().catch(fail);
  }).then(() => film.close());
  return { answer, framesPerSecond, problem, stop: () => stopping.abort() };
}

/** Does something each so many seconds, without drifting, until it is stopped. */
async function everySoOften(seconds: number, stop: AbortSignal, work: () => void): Promise<void> {
  const started = performance.now();
  while (!stop.aborted) {
    work();
    const passed = performance.now() - started;
    await wait(1000 * seconds - (passed % (1000 * seconds)), stop);
  }
}

/** @returns a function that is called for each of what is counted, and says how many there were in the last second. */
function paceOf(): () => number | null {
  const times: number[] = [];
  let first: number | null = null;
  return () => {
    const now = performance.now();
    first ??= now;
    times.push(now);
    while (times[0]! < now - 1000) times.shift();
    return now - first < 1000 ? null : times.length;
  };
}
