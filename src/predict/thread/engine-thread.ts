import { workerData } from 'node:worker_threads';
import type { FrameEncoder, SequenceClassifier } from '../../engine/engine.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../engine/members.js';
import { selectEngine } from '../../engine/select.js';
import { answerCalls } from '../../platform/threads/answer-calls.js';
import type { LoadedModel, ModelCalls, ThreadStart } from './protocol.js';

/** The thread that model-thread.ts starts: it loads one model and computes it. */
interface Loaded {
  readonly frames: LoadedModel['frames'];
  readonly encoder: FrameEncoder | null;
  readonly classifier: SequenceClassifier;
}

const started = workerData as ThreadStart; // what model-thread.ts gave to this thread
const selected = selectEngine(started.engine, { ...started, sharesCores: true });
// The first call says so.
selected.catch(() => {});
let model: Loaded | null = null;

answerCalls<ModelCalls>({
  start: async () => {
    const { name, version } = (await selected).engine;
    return { name, version };
  },
  load: async (given) => {
    const { engine } = await selected;
    const encoder = given.networks.encoder && (await loadEncoders(engine, given));
    model = { frames: given.frames, encoder, classifier: await loadClassifiers(engine, given) };
  },
  encode: async (frames) => {
    const { encoder, frames: input } = loaded();
    if (!encoder || !input) throw new Error('This model has no encoder');
    return encodeTimesteps(encoder, { frames, input });
  },
  classify: async (batch) => loaded().classifier.classify(batch),
});

function loaded(): Loaded {
  if (!model) throw new Error('The model was not loaded');
  return model;
}
