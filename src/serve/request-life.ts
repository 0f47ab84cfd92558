import { Refusal } from './refusal.js';

/** How long a request may go on; its signal's reason says why it had to end. */
export interface RequestLife {
  readonly signal: AbortSignal;
  /** From now on, at most this long. */
  limit(seconds: number): void;
  /** Stops listening to everything. */
  end(): void;
}

/** A request lives until its client goes away, its time is up, or the server is stopped. */
export function requestLife(client: AbortSignal, stop: AbortSignal): RequestLife {
  // The server's signal would keep an AbortSignal.any of each request.
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

/** For the metrics: nobody reads the answer. */
function clientGone(): Refusal {
  return new Refusal({
    status: 499,
    code: 'aborted',
    problem: 'The client disconnected before it was answered.',
    fix: 'Wait for it.',
  });
}

function tookTooLong(seconds: number): Refusal {
  return new Refusal({
    status: 422,
    code: 'timeout',
    problem: `The body could not be classified within ${seconds} s.`,
    fix: 'Cut the clip shorter, scale it down, or ask for fewer windows.',
  });
}
