import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { FrameEncoder, SequenceClassifier } from '../engine.js';
import { loadClassifiers, loadEncoders } from '../members.js';
import { selectEngine } from '../select.js';
import {
  END,
  type EngineToStart,
  type Input,
  type ModelToLoad,
  type Reply,
  type Request,
  type Results,
} from './protocol.js';

/** The thread that model-thread.ts starts: it loads one model and answers one request after the other. */
interface Loaded {
  readonly encoder: FrameEncoder | null;
  readonly classifier: SequenceClassifier;
}

// What model-thread.ts gave to this thread.
const wanted = workerData as EngineToStart;
const starting = selectEngine(wanted.engine, wanted);
// Told as soon as there is a model to load.
starting.catch(() => {});
let last: Promise<Loaded | null> | undefined;
parentPort?.on('message', (message: ModelToLoad | Request | typeof END) => {
  // Of a thread, that is: the process goes on.
  if (message === END) process.exit();
  else if ('members' in message) last = load(message);
  else last = last?.then((loaded) => answer(loaded, message));
});

async function load(model: ModelToLoad): Promise<Loaded | null> {
  try {
    const { engine } = await starting;
    const encoder = model.networks.encoder && (await loadEncoders(engine, model));
    const classifier = await loadClassifiers(engine, model);
    reply({ kind: 'ready', engine: { name: engine.name, version: engine.version } });
    return { encoder, classifier };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, problem, fix } = error;
    reply({ kind: 'refused', error: { code, problem, fix } });
    return null;
  }
}

async function answer(loaded: Loaded | null, { number, input }: Request): Promise<Loaded | null> {
  try {
    if (!loaded) throw new Error('The engine was refused');
    reply({ kind: 'done', number, result: await compute(loaded, input) });
  } catch (error) {
    reply({ kind: 'failed', number, problem: messageOf(error) });
  }
  return loaded;
}

async function compute({ encoder, classifier }: Loaded, input: Input): Promise<Results[Input['kind']]> {
  switch (input.kind) {
    case 'encode':
      if (!encoder) throw new Error('This model has no encoder');
      return encoder.encode(input.frames);
    case 'classify':
      return classifier.classify(input.batch);
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}
