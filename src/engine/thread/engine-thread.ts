import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { FrameEncoder, SequenceClassifier } from '../engine.js';
import { loadClassifiers, loadEncoders } from '../members.js';
import { selectEngine } from '../select.js';
import type { ModelToLoad, Reply, Request } from './protocol.js';

/** The thread that model-thread.ts starts: it loads one model and answers one request after the other. */
interface Loaded {
  readonly encoder: FrameEncoder | null;
  readonly classifier: SequenceClassifier;
}

// What model-thread.ts gave to this thread.
const model = workerData as ModelToLoad;
const loading = load();
let last: Promise<unknown> = loading;
parentPort?.on('message', (request: Request) => {
  last = last.then(() => answer(request));
});

async function load(): Promise<Loaded | null> {
  try {
    const { engine } = await selectEngine(model.engine, model);
    const encoder = model.networks.encoder && (await loadEncoders(engine, model));
    const classifier = await loadClassifiers(engine, model);
    reply({ kind: 'ready', name: engine.name, version: engine.version });
    return { encoder, classifier };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, problem, fix } = error;
    reply({ kind: 'refused', error: { code, problem, fix } });
    return null;
  }
}

async function answer({ number, input }: Request): Promise<void> {
  try {
    const loaded = await loading;
    if (!loaded) throw new Error('The engine was refused');
    const values = await compute(loaded, input);
    reply({ kind: 'done', number, values });
  } catch (error) {
    reply({ kind: 'failed', number, problem: messageOf(error) });
  }
}

async function compute({ encoder, classifier }: Loaded, input: Request['input']): Promise<Float32Array> {
  switch (input.kind) {
    case 'encode':
      if (!encoder) throw new Error('This model has no encoder');
      return encoder.encode(input.frames);
    case 'classify':
      return (await classifier.classify(input.batch)).logits;
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}
