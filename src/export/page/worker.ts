// Computes what a clip shows, beside the page, so that the page stays quick.
import { type Network, openNetwork } from './network.js';
import type { WorkerAnswer, WorkerReply, WorkerRequest } from './worker-messages.js';

/** Resolves once it is loaded, which is asked for first. */
let network: Promise<Network>;

/** Requests are answered one after the other. */
let last = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  last = last.then(async () => {
    postMessage(await reply(data));
  });
});

async function reply(request: WorkerRequest): Promise<WorkerReply> {
  try {
    return { kind: 'done', answer: await answer(request) };
  } catch (error) {
    return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
  }
}

async function answer(request: WorkerRequest): Promise<WorkerAnswer | null> {
  switch (request.kind) {
    case 'load':
      network = openNetwork(request);
      await network;
      return null;
    case 'frame':
      await (await network).add(request);
      return null;
    case 'classify':
      return (await network).classify(request.film);
    case 'close':
      (await network).close(request.film);
      return null;
  }
}
