import { RETRY_SECONDS, Refusal } from './refusal.js';
import type { Limits } from './serve-options.js';

/** A request's place, held from before its body is read until it is answered. */
export interface Place {
  /** Waits until it is its turn to be computed. Rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<void>;
  leave(): void;
}

export interface Admission {
  /** @throws Refusal `busy` when all places are taken, `too_many_requests` when the client has its share of them. */
  enter(client: string): Place;
  /** Requests that hold a place. */
  readonly taken: number;
  /** Of these, the ones being computed. */
  readonly computing: number;
  /** Resolves when no place is taken. */
  whenEmpty(): Promise<void>;
}

interface Waiting {
  readonly start: () => void;
}

/** Bounds the work at any time. Nobody waits for a place: that would only move the queue to where it cannot be seen. */
export function openAdmission({
  atOnce,
  waiting: most,
  perClient,
}: Pick<Limits, 'atOnce' | 'waiting' | 'perClient'>): Admission {
  const clients = new Map<string, number>();
  const waiting = new Set<Waiting>();
  const empty: Array<() => void> = [];
  let taken = 0;
  let computing = 0;

  const next = () => {
    const [first] = waiting;
    if (!first || computing >= atOnce) return;
    waiting.delete(first);
    computing += 1;
    first.start();
  };
  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const abort = () => {
        waiting.delete(each);
        reject(signal.reason);
      };
      const start = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const each: Waiting = { start };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      waiting.add(each);
      next();
    });
  const giveUp = (client: string) => {
    const others = clients.get(client)! - 1;
    if (others === 0) clients.delete(client);
    else clients.set(client, others);
    taken -= 1;
    if (taken === 0) for (const resolve of empty.splice(0)) resolve();
  };
  return {
    get taken() {
      return taken;
    },
    get computing() {
      return computing;
    },
    enter: (client) => {
      const own = clients.get(client) ?? 0;
      if (own >= perClient) throw tooMany(perClient);
      if (taken >= atOnce + most) throw busy();
      clients.set(client, own + 1);
      taken += 1;
      let isComputed = false;
      return {
        turn: async (signal) => {
          await turn(signal);
          isComputed = true;
        },
        leave: () => {
          if (isComputed) computing -= 1;
          giveUp(client);
          next();
        },
      };
    },
    whenEmpty: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => empty.push(resolve))),
  };
}

const RETRY = { 'Retry-After': String(RETRY_SECONDS) };

function busy(): Refusal {
  return new Refusal({
    status: 503,
    code: 'busy',
    problem: 'The server has as many requests as it can take.',
    fix: `Try again after ${RETRY_SECONDS} s or later, and again later each time.`,
    headers: RETRY,
  });
}

function tooMany(perClient: number): Refusal {
  return new Refusal({
    status: 429,
    code: 'too_many_requests',
    problem: `This client has ${perClient} requests running, the most that one client may have.`,
    fix: 'Wait for an answer before sending the next request.',
    headers: RETRY,
  });
}
