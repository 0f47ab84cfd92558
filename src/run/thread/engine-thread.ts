import { parentPort, workerData } from 'node:worker_threads';
import type { FrameEncoder, SequenceClassifier } from '../../engine/engine.js';
import { loadClassifiers, loadEncoders } from '../../engine/members.js';
import { selectEngine } from '../../engine/select.js';
import { messageOf, UserError } from '../../errors.js';
import { streamPictures } from '../stream-pictures.js';
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
  readonly input: LoadedModel['input'];
  readonly encoder: FrameEncoder | null;
  readonly classifier: SequenceClassifier;
}

// What model-thread.ts gave to this thread.
const started = workerData as ThreadStart;
const loading = load();
let last: Promise<unknown> = loading;
parentPort?.on('message', (message: Request | typeof END) => {
  // Of a thread, that is: the process goes on.
  if (message === END) process.exit();
  last = last.then(() => answer(message));
});

async function load(): Promise<Loaded | null> {
  try {
    const starting = selectEngine(started.engine, { ...started, sharesCores: true });
    const [{ engine }, model] = await Promise.all([starting, readModel()]);
    const encoder = model.networks.encoder && (await loadEncoders(engine, model));
    const classifier = await loadClassifiers(engine, model);
    reply({ kind: 'ready', engine: { name: engine.name, version: engine.version } });
    return { input: model.input, encoder, classifier };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, problem, fix } = error;
    reply({ kind: 'refused', error: { code, problem, fix } });
    return null;
  }
}

async function readModel(): Promise<Omit<LoadedModel, 'kind'>> {
  const { model } = started;
  if (model.kind === 'loaded') return model;
  const { loadBundle } = await import('../../bundle/bundle.js');
  const { networks, members, manifest } = await loadBundle(model.folder);
  const { temperature, pipeline } = manifest;
  return { input: pipeline.input, networks, members, temperature };
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
  { input, encoder, classifier }: Loaded,
  given: Input,
): Promise<Results[Input['kind']]> {
  switch (given.kind) {
    case 'encode':
      if (!encoder || input.kind !== 'frames') throw new Error('This model has no encoder');
      return encoder.encode(streamPictures(given.frames, input));
    case 'classify':
      return classifier.classify(given.batch);
  }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}
