// What the page knows of the project, and how it asks for more.
import { computed, signal } from '@preact/signals';
import type { ErrorAnswer, StudioState } from '../messages.js';
import { keepFocus } from './focus.js';

/** Null until it came. */
export const state = signal<StudioState | null>(null);

/** Whether the studio's server cannot be reached. */
export const isAway = signal(false);

/** What went wrong last, to be shown until it is closed. */
export const failure = signal<string | null>(null);

/** What was done last; null where there is nothing to say of it any more. */
export const notice = signal<{ readonly text: string } | null>(null);

/** Says what was done. The same words are said again where it was done again. */
export function say(text: string): void {
  notice.value = { text };
}

export const finishedRuns = computed(
  () => state.value?.runs.filter(({ status }) => status === 'finished') ?? [],
);

export const labels = computed(() => state.value?.classes.map(({ label }) => label) ?? []);

/** Changes with the clips and their classes, not with what else happens. */
export const clipsVersion = computed(
  () => state.value?.classes.flatMap(({ clips }) => clips.map(({ id }) => id)).join() ?? '',
);

export type Asked<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly fix: string };

/** Asks the server; what it refuses, and that it cannot be reached, is an answer, too. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<Asked<T>> {
  try {
    const response = await fetch(path, init);
    const body = (await response.json()) as T | ErrorAnswer; // as messages.ts says
    if (response.ok) return { kind: 'answer', value: body as T };
    return { kind: 'refused', ...(body as ErrorAnswer).error };
  } catch {
    isAway.value = true;
    const message = 'The studio does not answer. Is it still running?';
    return { kind: 'refused', code: 'away', message, fix: 'Start it again with `clipstep studio`.' };
  }
}

export const post = <T>(path: string, body: object = {}): Promise<Asked<T>> =>
  ask<T>(path, { method: 'POST', body: JSON.stringify(body) });

/** Asks for a change, and says so where it is refused. @returns whether it was made. */
export async function change(path: string, body: object = {}): Promise<boolean> {
  // It was read before somebody went on.
  failure.value = null;
  const asked = await post(path, body);
  if (asked.kind === 'refused') failure.value = words(asked);
  else await refresh();
  return asked.kind === 'answer';
}

export const words = ({ message, fix }: { message: string; fix: string }): string =>
  `${message} ${fix}`.trim();

/** Refusals of a server that comes up or goes down. */
const PASSING: readonly string[] = ['starting', 'stopping'];

/** Whether the studio answers, but not this page, such as one that was started again. */
let isShutOut = false;

let reading: Promise<void> | null = null;
let isStale = false;

/** Asks for the project as it is now. One answer after the other: an earlier one that comes late says what was. */
export function refresh(): Promise<void> {
  isStale = true;
  reading ??= readState();
  return reading;
}

async function readState(): Promise<void> {
  while (isStale) {
    isStale = false;
    const asked = await ask<StudioState>('/api/state');
    const isRefused = asked.kind === 'refused';
    isAway.value = isRefused && (asked.code === 'away' || PASSING.includes(asked.code));
    isShutOut = isRefused && !isAway.value;
    if (!isRefused) {
      keepFocus(() => {
        state.value = asked.value;
      });
    } else if (isShutOut) failure.value = words(asked);
  }
  reading = null;
}

/** Takes up changes as they are made, in other windows and by the server itself. */
export function followProject(): void {
  const events = new EventSource('/api/events');
  events.addEventListener('state', refresh);
  events.addEventListener('progress', refresh);
  events.addEventListener('error', () => {
    // A browser tries again by itself, but not after an answer that refuses.
    if (events.readyState === EventSource.CLOSED) void followAgain();
    else isAway.value = true;
  });
  events.addEventListener('open', () => {
    isAway.value = false;
  });
  refresh();
}

const PAUSE_MILLISECONDS = 1000;

async function followAgain(): Promise<void> {
  await refresh();
  if (!isShutOut) setTimeout(followProject, PAUSE_MILLISECONDS);
}
