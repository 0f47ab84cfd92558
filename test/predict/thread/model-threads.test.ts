import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadBundle } from '../../../src/bundle/bundle.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../../src/engine/members.js';
import { selectEngine } from '../../../src/engine/select.js';
import { collate } from '../../../src/inputs/batches.js';
import { framesOf } from '../../../src/inputs/input-kinds.js';
import { loadedModel } from '../../../src/predict/thread/loaded-model.js';
import { type ModelThreads, startModelThreads } from '../../../src/predict/thread/model-threads.js';
import { random } from '../../../src/random.js';
import { saveTinyBundle, tinyPipeline } from '../../support/tiny-bundle.js';

const TIMESTEPS = 3;
const frames = Uint8Array.from({ length: TIMESTEPS * 96 * 96 * 3 }, () =>
  random(1, 'frames').integer(0, 256),
);

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-threads-'));
  folder = join(root, 'model');
  const recurrent = { ...tinyPipeline.recurrent, readout: 'attention' as const };
  await saveTinyBundle(folder, { pipeline: { ...tinyPipeline, recurrent }, temperature: 2 });
});
afterAll(() => rm(root, { recursive: true }));

const startFrom = (path: string): ModelThreads =>
  startModelThreads({ engine: 'onnx', model: loadBundle(path).then(loadedModel) }, 1);

async function compute({ encoders, classify }: Pick<ModelThreads, 'encoders' | 'classify'>) {
  const data = await encoders[0]!({ pixels: frames });
  return classify(collate([{ kind: 'features', data, timesteps: TIMESTEPS }]));
}

it('gives what the engine gives in this thread, of a model that is still being read and of one that was', async () => {
  const bundle = await loadBundle(folder);
  const input = framesOf(tinyPipeline.input)!;
  const { engine } = await selectEngine('onnx');
  const encoder = await loadEncoders(engine, bundle);
  const { classify } = await loadClassifiers(engine, { ...bundle, temperature: 2 });
  const expected = await compute({
    encoders: [(frames) => encodeTimesteps(encoder, { frames, input })],
    classify,
  });
  expect(expected.attention).toHaveLength(TIMESTEPS);
  const threads = [startFrom(folder), startModelThreads({ engine: 'onnx', model: loadedModel(bundle) }, 2)];
  for (const each of threads) {
    // Not waited for: what is asked before the model is there is computed then.
    expect(await compute(each)).toEqual(expected);
    expect(await each.loaded).toEqual({ name: 'onnx', version: engine.version });
    await each.release();
  }
});

it('can be released whatever the thread is at, and what waits for it fails', async () => {
  for (const milliseconds of [0, 20, 40, 80, 160]) {
    const threads = startFrom(folder);
    const waiting = compute(threads);
    waiting.catch(() => {});
    await sleep(milliseconds);
    await threads.release();
    await expect(threads.encoders[0]!({ pixels: frames })).rejects.toThrow(/released/);
    // Slower machines load, faster ones may have computed.
    await waiting.catch((error: Error) => expect(error.message).toMatch(/released/));
  }
});

it('says that a model cannot be read, to whoever waits or computes', async () => {
  const damaged = join(root, 'damaged');
  await cp(folder, damaged, { recursive: true });
  await truncate(join(damaged, 'weights.safetensors'), 1000);
  const threads = startFrom(damaged);
  const expected = { name: 'UserError', code: 'bad_bundle', problem: expect.stringContaining('cut short') };
  await expect(compute(threads)).rejects.toMatchObject(expected);
  await expect(threads.loaded).rejects.toMatchObject(expected);
  await threads.release();
});
