import { Refusal } from './refusal.js';

/** How long a request may go on; its signal's reason says why it no longer may. */
export interface RequestLife {
  readonly signal: AbortSignal;
  /** From now on, no longer than this. */
  limit(seconds: number): void;
  /** Nobody listens to it any more. */
  end(): void;
}

/** A request lives until its client goes away, its time is up, or the server is stopped. */
export function requestLife(client: AbortSignal, stop: AbortSignal): RequestLife {
  // AbortSignal.any would be kept by the server's signal, one for each request.
  const controller = new AbortController();
  const leave = () => controller.abort(clientGone());
  const cut = () => controller.abort(stop.reason);
  let timer: NodeJS.Timeout | undefined;
  client.addEventListener('abort', leave, { once: true });
  stop.addEventListener('abort', cut, { once: true });
  if (stop.aborted) cut();
  if (client.aborted) leave();
  return {
    signal: controller.signal,
    limit: (seconds) => {
      timer = setTimeout(() => controller.abort(tookTooLong(seconds)), seconds * 1000);
    },
    end: () => {
      clearTimeout(timer);
      client.removeEventListener('abort', leave);
      stop.removeEventListener('abort', cut);
    },
  };
}

/** Nobody reads it; it is counted. */
function clientGone(): Refusal {
  return new Refusal({
    status: 499,
    code: 'aborted',
    problem: 'The client went away before its answer.',
    fix: 'Wait for it.',
  });
}

function tookTooLong(seconds: number): Refusal {
  return new Refusal({
    status: 422,
    code: 'timeout',
    problem: `The body could not be judged within ${seconds} s.`,
    fix: 'Cut the clip shorter, scale it down, or ask for fewer windows.',
  });
}
