import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../src/engine/members.js';
import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { loadTensorflow } from '../../src/engine/tensorflow/load.js';
import { exportModel } from '../../src/export/export-model.js';
import { collate } from '../../src/inputs/batches.js';
import type { FramesInput } from '../../src/inputs/video/frames-schema.js';
import type { Pipeline } from '../../src/pipeline/schema.js';
import { random } from '../../src/random.js';
import { softmax } from '../../src/tasks/classification/metrics.js';
import { largest } from '../../src/tensors/largest.js';
import { trainingEngines } from '../support/engines.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-tfjs-'));
  await core.setBackend('cpu');
});
afterAll(() => rm(root, { recursive: true }));

const [FRAMES, SIZE] = [3, 96];

function randomFrames(): Uint8Array {
  const stream = random(1, 'frames');
  return Uint8Array.from({ length: FRAMES * SIZE * SIZE * 3 }, () => stream.integer(0, 256));
}

/** What is given to loadLayersModel, without a server. */
async function artifactsIn(folder: string): Promise<core.io.ModelArtifacts> {
  const { weightsManifest, ...model } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  const [{ paths, weights }] = weightsManifest;
  const bytes = await readFile(join(folder, paths[0]));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { ...model, weightSpecs: weights, weightData: weightData as ArrayBuffer };
}

/** What TensorFlow.js has of both builds, the one in JavaScript and tfjs-node. */
type Runtime = Pick<typeof layers, 'loadLayersModel'> & Pick<typeof core, 'tensor' | 'io'>;

async function predicted(runtime: Runtime, folder: string): Promise<number[]> {
  const model = await runtime.loadLayersModel(runtime.io.fromMemory(await artifactsIn(folder)));
  const frames = runtime.tensor(Float32Array.from(randomFrames()), [1, FRAMES, SIZE, SIZE, 3]);
  const probabilities = model.predict(frames) as core.Tensor;
  const values = [...(await probabilities.data())];
  model.dispose();
  return values;
}

/** As Clipstep predicts. */
async function expected(folder: string): Promise<number[]> {
  const { networks, members, manifest } = await loadBundle(folder);
  const engine = await createOnnxEngine({ threads: 1 });
  const encoder = await loadEncoders(engine, { networks, members });
  const { input } = manifest.pipeline;
  const data = await encodeTimesteps(encoder, {
    frames: { pixels: randomFrames() },
    input: input as FramesInput,
  });
  await encoder.release();
  const classifier = await loadClassifiers(engine, { networks, members, temperature: manifest.temperature });
  const { logits } = await classifier.classify(collate([{ kind: 'features', data, timesteps: FRAMES }]));
  await classifier.release();
  return softmax(logits);
}

interface Changes {
  readonly recurrent?: Partial<Pipeline['recurrent']>;
  readonly encoder?: Partial<FramesInput['encoder']>;
}

async function exported(
  name: string,
  { recurrent, encoder }: Changes,
): Promise<[bundle: string, out: string]> {
  const input = tinyPipeline.input as FramesInput;
  const pipeline: Pipeline = {
    ...tinyPipeline,
    input: { ...input, encoder: { ...input.encoder, ...encoder } },
    recurrent: { ...tinyPipeline.recurrent, ...recurrent },
  };
  const folder = join(root, name.replaceAll(' ', '-'));
  await saveTinyBundle(folder, { pipeline, temperature: 1.7 });
  const out = `${folder}-tfjs`;
  await exportModel(await loadBundle(folder), { out, format: 'tfjs' });
  return [folder, out];
}

function expectSame(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  expect(largest(ours.map((value, index) => Math.abs(value - theirs[index]!)))).toBeLessThan(1e-4);
}

const inJavaScript: Runtime = { ...core, loadLayersModel: layers.loadLayersModel };
const hasTensorflow = (await trainingEngines()).includes('tensorflow');

describe('a TensorFlow.js layers model says what Clipstep says', () => {
  it.each<[string, Changes]>([
    ['of an LSTM', {}],
    ['of two layers both ways', { recurrent: { layers: 2, bidirectional: true } }],
    ['of the mean of outputs', { recurrent: { readout: 'mean' } }],
    ['of a grid of cells', { encoder: { pooling: { kind: 'grid', n: 2 } } }],
    ['of residual blocks', { encoder: { architecture: 'mobilenet-v2', alpha: 0.35 } }],
  ])('%s', async (name, changes) => {
    const [folder, out] = await exported(name, changes);
    expectSame(await predicted(inJavaScript, out), await expected(folder));
  });

  it.runIf(hasTensorflow)('in tfjs-node, too', async () => {
    const [folder, out] = await exported('in node', { encoder: { pooling: { kind: 'grid', n: 2 } } });
    const { tf } = await loadTensorflow();
    // The package that tfjs-node builds on has the layers, too; its types are those of its core alone.
    expectSame(await predicted(tf as unknown as Runtime, out), await expected(folder));
  });

  it('with the labels, what it wants to read, and the card beside it', async () => {
    const [, out] = await exported('files', {});
    expect((await readdir(out)).sort()).toEqual(['README.md', 'model.json', 'weights.bin']);
    const { userDefinedMetadata } = JSON.parse(await readFile(join(out, 'model.json'), 'utf8'));
    expect(userDefinedMetadata).toMatchObject({
      labels: '["down","up"]',
      sampling: expect.stringContaining('uniform'),
    });
  });
});

describe('what has no standard layer is refused by name', () => {
  it.each<[string, Changes, RegExp]>([
    ['gru', { recurrent: { cell: 'gru' } }, /gru/],
    ['attention', { recurrent: { readout: 'attention' } }, /attention/],
  ])('%s', async (name, changes, problem) => {
    await expect(exported(name, changes)).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringMatching(problem),
      fix: expect.stringContaining('ONNX'),
    });
    expect(await readdir(root)).not.toContain(`${name}-tfjs`);
  });

  it('several networks', async () => {
    const folder = join(root, 'ensemble');
    await saveTinyBundle(folder, {}, [1, 2]);
    const exporting = exportModel(await loadBundle(folder), { out: `${folder}-tfjs`, format: 'tfjs' });
    await expect(exporting).rejects.toMatchObject({
      code: 'usage',
      problem: expect.stringContaining('averages 2 networks'),
    });
  });
});
