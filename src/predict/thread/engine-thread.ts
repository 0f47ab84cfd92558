import { parentPort, workerData } from 'node:worker_threads';
import type { FrameEncoder, SequenceClassifier } from '../../engine/engine.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../engine/members.js';
import { selectEngine } from '../../engine/select.js';
import { messageOf, UserError } from '../../errors.js';
import {
  END,
  type Input,
  type LoadedModel,
  type Reply,
  type Request,
  type Results,
  type ThreadStart,
} from './protocol.js';

/** The thread that model-thread.ts starts: it loads one model and answers one request after the other. */
interface Loaded {
  readonly frames: LoadedModel['frames'];
  readonly encoder: FrameEncoder | null;
  readonly classifier: SequenceClassifier;
}

// What model-thread.ts gave to this thread.
const started = workerData as ThreadStart;
const model = new Promise<LoadedModel>((resolve) => {
  parentPort?.on('message', (message: LoadedModel | Request | typeof END) => {
    // Of a thread, that is: the process goes on.
    if (message === END) process.exit();
    if (message.kind === 'model') resolve(message);
    else last = last.then(() => answer(message));
  });
});
const loading = load();
let last: Promise<unknown> = loading;

async function load(): Promise<Loaded | null> {
  try {
    const { engine } = await selectEngine(started.engine, { ...started, sharesCores: true });
    const given = await model;
    const encoder = given.networks.encoder && (await loadEncoders(engine, given));
    const classifier = await loadClassifiers(engine, given);
    reply({ kind: 'ready', engine: { name: engine.name, version: engine.version } });
    return { frames: given.frames, encoder, classifier };
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
    if (!loaded) throw new Error('The model was refused');
    reply({ kind: 'done', number, result: await compute(loaded, input) });
  } catch (error) {
    reply({ kind: 'failed', number, problem: messageOf(error) });
  }
}

async function compute(
  { frames, encoder, classifier }: Loaded,
  given: Input,
): Promise<Results[Input['kind']]> {
  switch (given.kind) {
    case 'encode':
      if (!encoder || !frames) throw new Error('This model has no encoder');
      return encodeTimesteps(encoder, { frames: given.frames, input: frames });
    case 'classify':
      return classifier.classify(given.batch);
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}
