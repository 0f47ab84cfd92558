import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle, saveBundle } from '../../src/bundle/bundle.js';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { featureCount, type MobileNet } from '../../src/encoder/mobilenet.js';
import { selectEngine } from '../../src/engine/select.js';
import { collate } from '../../src/inputs/batches.js';
import { type Cache, contentDigest } from '../../src/inputs/feature-cache.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { standardizationOf, standardize } from '../../src/network/standardize.js';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import type { Pipeline } from '../../src/pipeline/schema.js';
import { random } from '../../src/random.js';
import { elementCount, type Weights } from '../../src/tensors/tensor.js';
import { distil } from '../../src/train/distil.js';
import { freshProgress } from '../../src/train/fit.js';
import { openTraining } from '../../src/train/open-training.js';
import { distilStageOf, type Stage } from '../../src/train/stages.js';
import type { Training } from '../../src/train/train-stage.js';
import { type TrainOptions, train } from '../../src/workflows/train.js';
import { drawBlobs, paint, writeBlobClips } from '../support/blobs.js';
import { freshCache } from '../support/cache.js';
import { UNTRAINED } from '../support/untrained-manifest.js';

const student: MobileNet = {
  architecture: 'mobilenet-v1',
  alpha: 0.1,
  inputSize: 32,
  pooling: { kind: 'global' },
};
const teacher: MobileNet = { ...student, alpha: 0.25, inputSize: 48 };
const EPOCHS = 3;

const { engine } = await selectEngine('onnx');
const labels = ['moving', 'still'];

let root: string;
let pipeline: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-distil-'));
  Object.assign(process.env, await freshCache(join(root, 'cache')));
  await writeBlobClips(join(root, 'data'), 12);
  pipeline = join(root, 'distilled.yaml');
  await writeFile(pipeline, PIPELINE);
  await saveTeacher(join(root, 'teacher'), await readPipeline(pipeline));
});
afterAll(() => rm(root, { recursive: true }));

const options = (out: string) => ({
  pipeline,
  data: join(root, 'data'),
  out: join(root, out),
  engine: 'onnx' as const,
});
const run = (out: string, more: Partial<TrainOptions> = {}) => train({ ...options(out), ...more });

const prepare = async () =>
  openTraining({
    ...options('none'),
    pipeline: await readPipeline(pipeline),
    pipelineFolder: root,
    checkpoints: null,
    onEvent: () => {},
  });

/** Distillation alone, with another number of epochs or steps than the pipeline's. */
const distilAlone = (training: Omit<Training, 'save'>, length: Partial<Stage>) =>
  distil(
    { ...training, save: async () => {} },
    {
      pipelineFolder: root,
      progress: freshProgress(0, []),
      member: { seed: 1, stream: 0 },
      stage: { ...distilStageOf(training.pipeline)[0]!, ...length },
      start: initializeMobileNet(student, 1),
      checkpoint: null,
    },
  );

describe('distillation', () => {
  it('lets the encoder say more of what the teacher says of pictures that it has not seen', async () => {
    const { weights, progress } = await distilAlone((await prepare()).run, { epochs: 25 });
    const losses = progress.history.map(({ trainLoss }) => trainLoss);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    const untrained = await engine.training.calibrate(
      student,
      initializeMobileNet(student, 1),
      Buffer.concat(pictures(student.inputSize).slice(0, 64)),
    );
    const [ours, theirs] = [await missedBy(weights), await missedBy(untrained)];
    expect(ours).toBeLessThan(0.9 * theirs);
  });

  it('makes one encoder for the networks of all streams, and says so in the card', async () => {
    const { folder } = await run('model');
    const { members } = await loadBundle(folder);
    expect(members).toHaveLength(2);
    for (const { name } of mobileNetParameters(student)) {
      expect(members[1]!.get(name)).toBe(members[0]!.get(name));
    }
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('The encoder was distilled');
  });

  it('comes to the same weights when it is interrupted, in the midst or later', async () => {
    const weights = (out: string) => readFile(join(root, out, 'weights.safetensors'));
    await run('whole');
    for (const last of [EPOCHS - 1, EPOCHS + 3]) {
      const out = `cut-${last}`;
      const interruption = new AbortController();
      const cut = run(out, {
        signal: interruption.signal,
        onEvent: (event) => event.kind === 'epoch' && event.count === last && interruption.abort(),
      });
      await expect(cut).rejects.toMatchObject({ code: 'aborted' });
      await run(out, { resume: true });
      expect(await weights(out)).toEqual(await weights('whole'));
    }
  });

  it('reads clips of the training part and no others', async () => {
    const prepared = await prepare();
    const contents = new Set<unknown>();
    const cache: Cache = {
      peek: async () => null,
      get: (key, compute) => {
        contents.add((key as { content: string }).content); // as inputs/video/sequences.ts writes it
        return compute();
      },
    };
    await distilAlone({ ...prepared.run, cache }, { steps: 1 });
    const { train, validation, test } = prepared.split;
    expect([train, validation, test].map(({ length }) => length > 0)).toEqual([true, true, true]);
    expect(contents).toEqual(new Set(await Promise.all(train.map(({ path }) => contentDigest(path)))));
  });
});

const PIPELINE = `
name: distilled
description: For tests.
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: ${student.inputSize}, fit: squash, kernel: linear }
  streams: [{ kind: frames }, { kind: difference }]
  gap: { kind: frames, frames: 1 }
  fusion: average
  encoder: { architecture: mobilenet-v1, alpha: ${student.alpha}, weights: scratch }
recurrent: { cell: lstm, units: 4 }
distil:
  teacher: { architecture: mobilenet-v1, alpha: ${teacher.alpha}, weights: teacher, size: ${teacher.inputSize} }
  epochs: ${EPOCHS}
  batchSize: 4
  pictures: 8
  learningRate: 0.003
training: { train: recurrent, epochs: 2, batchSize: 8, learningRate: 0.01 }
split: { validation: 0.2, test: 0.2 }
`;

/** A model with a random encoder, calibrated so that its features tell pictures apart. */
async function saveTeacher(folder: string, { distil: _, ...like }: Pipeline): Promise<void> {
  if (like.input.kind !== 'frames') throw new Error('It has no encoder');
  const own: Pipeline = {
    ...like,
    training: { ...like.training, train: 'everything' },
    input: {
      ...like.input,
      preprocessing: { ...like.input.preprocessing, size: teacher.inputSize },
      encoder: { ...like.input.encoder, alpha: teacher.alpha },
    },
  };
  const encoder = initializeMobileNet(teacher, 5);
  const recurrent = initializeRecurrent(networksOf(own, { classes: labels.length }).recurrent, 1);
  await saveBundle(folder, {
    manifest: {
      pipeline: own,
      labels,
      ...UNTRAINED,
    },
    members: [1, 2].map(() => new Map([...encoder, ...recurrent])),
    files: {},
  });
}

const pictures = (size: number): Uint8Array[] =>
  Array.from({ length: 320 }, (_, index) => paint(drawBlobs(random(index, 'picture')), { size }));

/** Share of the variance of the teacher's features that the best line through an encoder's does not tell. */
async function missedBy(weights: Weights): Promise<number> {
  const features = await standardizedFeatures(student, weights);
  const { members } = await loadBundle(join(root, 'teacher'));
  const wanted = await standardizedFeatures(teacher, members[0]!);
  const head: RecurrentNetwork = {
    cell: 'lstm',
    units: 1,
    layers: 0,
    bidirectional: false,
    dropout: 0,
    readout: 'mean',
    inputs: featureCount(student),
    classes: featureCount(teacher),
  };
  const trainer = await engine.training.createTrainer({
    network: head,
    weights: zeros(head),
    clipNorm: 1e9,
    loss: 'squares',
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
  });
  const batchOf = (rows: readonly Float32Array[]) =>
    collate(rows.map((data) => ({ kind: 'features', data, timesteps: 1 })));
  const seen = { batch: batchOf(features.slice(0, 256)), targets: flat(wanted.slice(0, 256)) };
  for (let step = 0; step < 50; step++) await trainer.step({ ...seen, learningRate: 0.003, dropoutSeed: 0 });
  const { logits } = await trainer.classify(batchOf(features.slice(256)));
  await trainer.release();
  const targets = flat(wanted.slice(256));
  return logits.reduce((sum, value, index) => sum + (value - targets[index]!) ** 2, 0) / logits.length;
}

const zeros = (network: RecurrentNetwork): Weights =>
  new Map(
    recurrentParameters(network).map(({ name, shape }) => [
      name,
      { shape, data: new Float32Array(elementCount(shape)) },
    ]),
  );

async function standardizedFeatures(network: MobileNet, weights: Weights): Promise<Float32Array[]> {
  const encoder = await engine.loadEncoder(network, weights);
  const features = await encoder.encode(Buffer.concat(pictures(network.inputSize)));
  await encoder.release();
  const width = featureCount(network);
  const standardized = standardize(features, await standardizationOf([features], width));
  return Array.from({ length: features.length / width }, (_, row) =>
    standardized.subarray(row * width, (row + 1) * width),
  );
}

const flat = (rows: readonly Float32Array[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => [...row]));
