// A window that rolls over what the camera sees: a clip of it is classified again and again.
import { type Signal, signal } from '@preact/signals';
import { wait } from '../../export/page/wait.js';
import { classify, type Timed } from './ask-model.js';
import { words } from './project.js';
import { record } from './recording.js';

export interface Moment extends Timed {
  /** Seconds from the start to the end of its window. */
  readonly time: number;
}

export interface Live {
  /** The last ones, at most MOST_MOMENTS. */
  readonly moments: Signal<readonly Moment[]>;
  readonly problem: Signal<string | null>;
  stop(): void;
}

/** A minute at one a second. */
const MOST_MOMENTS = 60;

const STRIDE_MILLISECONDS = 1000;

/** Answers that are waited for at once: a slow machine is asked less often, rather than later and later. */
const MOST_AT_ONCE = 2;

/** Classifies what a stream shows, each second the last seconds, until it is stopped. */
export function startLive(
  stream: MediaStream,
  { run, windowSeconds }: { run: string; windowSeconds: number },
): Live {
  const stopping = new AbortController();
  const { signal: stop } = stopping;
  const moments = signal<readonly Moment[]>([]);
  const problem = signal<string | null>(null);
  const started = performance.now();
  let waiting = 0;
  const look = async () => {
    const clip = await record(stream, { milliseconds: 1000 * windowSeconds, signal: stop });
    if (!clip || waiting >= MOST_AT_ONCE) return;
    const time = (performance.now() - started) / 1000;
    waiting += 1;
    const asked = await classify(run, clip);
    waiting -= 1;
    if (stop.aborted) return;
    problem.value = asked.kind === 'refused' ? words(asked) : null;
    if (asked.kind === 'answer') {
      const next = [...moments.value, { ...asked.value, time }];
      moments.value = next.sort((one, other) => one.time - other.time).slice(-MOST_MOMENTS);
    }
  };
  const roll = async () => {
    while (!stop.aborted) {
      void look();
      await wait(STRIDE_MILLISECONDS, stop);
    }
  };
  void roll();
  return { moments, problem, stop: () => stopping.abort() };
}
