import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle, saveBundle } from '../../src/bundle/bundle.js';
import { mobileNetParameters } from '../../src/encoder/encoder-parameters.js';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import { withoutPrefix } from '../../src/engine/adam-names.js';
import { selectEngine } from '../../src/engine/select.js';
import type { Cache } from '../../src/inputs/feature-cache.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf, parametersOf } from '../../src/network/networks.js';
import { standardizationBeside } from '../../src/network/standardize.js';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import { checkPipeline, type Pipeline } from '../../src/pipeline/schema.js';
import { random } from '../../src/random.js';
import { encodeSafetensors } from '../../src/tensors/safetensors.js';
import { requireTensor } from '../../src/tensors/tensor.js';
import type { Checkpoint, EpochRecord } from '../../src/train/checkpoint.js';
import { openTraining } from '../../src/train/open-training.js';
import { runStages } from '../../src/train/run-stages.js';
import { type TrainOptions, train } from '../../src/workflows/train.js';
import { drawBlobs, paint, writeBlobClips } from '../support/blobs.js';
import { freshCache } from '../support/cache.js';
import { UNTRAINED } from '../support/untrained-manifest.js';

const { engine } = await selectEngine('onnx');
const labels = ['moving', 'still'];
const SIZE = 32;
const FRAMES = 4;
/** Of the first stage, which ends on a learning rate near 0. */
const EPOCHS = 12;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-stages-'));
  Object.assign(process.env, await freshCache(join(root, 'cache')));
  await writeBlobClips(join(root, 'data'), 12);
  await saveEncoder(join(root, 'encoder'));
});
afterAll(() => rm(root, { recursive: true }));

type Changes = {
  standardize: boolean;
  learningRate?: number;
  fusion?: 'average';
  /** Of all stages after the first. */
  finetune?: Partial<NonNullable<Pipeline['finetune']>[number]> | undefined;
};

function pipelineOf({ standardize, learningRate = 1e-6, fusion, finetune }: Changes) {
  const frames = { kind: 'frames' };
  return {
    name: 'staged',
    description: 'For tests.',
    recurrent: { cell: 'lstm', units: 8 },
    input: {
      kind: 'frames',
      sampling: { kind: 'uniform', frames: FRAMES },
      preprocessing: { size: SIZE, fit: 'squash', kernel: 'linear' },
      encoder: { architecture: 'mobilenet-v1', alpha: 0.1, weights: 'encoder' },
      ...(fusion && { fusion, streams: [frames, { kind: 'difference' }], gap: { ...frames, frames: 1 } }),
    },
    training: {
      train: 'recurrent',
      standardize,
      keep: 'last',
      epochs: EPOCHS,
      batchSize: 6,
      learningRate: 0.01,
    },
    finetune: [
      { fromBlock: 11, epochs: 2, batchSize: 6, learningRate, average: 1, ...finetune },
      { fromBlock: 5, epochs: 2, batchSize: 6, learningRate, average: 1, ...finetune },
    ],
    split: { validation: 0.2, test: 0.2 },
  };
}

async function optionsOf(changes: Changes): Promise<TrainOptions & { pipeline: string }> {
  const pipeline = join(root, 'staged.yaml');
  // JSON is YAML, too.
  await writeFile(pipeline, JSON.stringify(pipelineOf(changes)));
  return { pipeline, data: join(root, 'data'), out: join(root, 'none'), engine: 'onnx' };
}

type Saved = Pick<Checkpoint, 'progress' | 'start' | 'best' | 'trainer'>;

async function open(changes: Changes) {
  const options = await optionsOf(changes);
  return openTraining({
    data: options.data,
    engine: options.engine,
    pipeline: await readPipeline(options.pipeline),
    pipelineFolder: root,
    checkpoints: null,
    onEvent: () => {},
  });
}

async function stagesOf(changes: Changes) {
  const prepared = await open(changes);
  const saved: Saved[] = [];
  const save = async (parts: Saved) => void saved.push(parts);
  return { ...(await runStages({ ...prepared, save })), saved, networks: prepared.run.networks };
}

const ofStage = (history: readonly EpochRecord[], stage: number) =>
  history.filter((record) => record.stage === stage).map(({ trainLoss }) => trainLoss);

describe('the stages of a network', () => {
  it.each([false, true])('go on where the one before ended, standardized: %o', async (standardize) => {
    const { history } = await stagesOf({ standardize });
    const [before, ...others] = [0, 1, 2].map((stage) => ofStage(history, stage));
    expect(before!.at(-1)).toBeLessThan(0.8 * before![0]!);
    // Of the same clips without dropout: nothing but the last steps' updates is between them.
    for (const loss of others.flat()) expect(Math.abs(loss / before!.at(-1)! - 1)).toBeLessThan(0.01);
  });

  it('keep the standardization apart, and fold it in when the last one has ended', async () => {
    const { members, saved, networks } = await stagesOf({ standardize: true });
    const first = saved.findLast(({ progress }) => progress.stage === 0)!;
    const later = saved.filter(({ progress }) => progress.stage > 0);
    const measured = standardizationBeside(first.start);
    expect(measured?.mean).toHaveLength(networks.recurrent.inputs);
    for (const { start } of later) expect(standardizationBeside(start)).toEqual(measured);
    const kernel = 'recurrent.0.forward.kernel';
    expect(later[0]!.start.get(kernel)).toEqual(first.best.get(kernel));
    expect([...members[0]!.keys()]).toEqual(parametersOf(networks).map(({ name }) => name));
    expect(members[0]!.get(kernel)).not.toEqual(saved.at(-1)!.best.get(kernel));
  });

  it('come to the same weights where features do not fit into memory and are read from the cache', async () => {
    const train = async (memoryBytes: number) => {
      const opened = await open({ standardize: true });
      const { finetune: _, ...pipeline } = opened.run.pipeline;
      const [reads, computed]: [string[], string[]] = [[], []];
      const get: Cache['get'] = (key, compute) => {
        reads.push(JSON.stringify(key));
        return opened.run.cache.get(key, () => {
          computed.push(JSON.stringify(key));
          return compute();
        });
      };
      const run = { ...opened.run, pipeline, cache: { ...opened.run.cache, get }, memoryBytes };
      const { members } = await runStages({ ...opened, run, save: async () => {} });
      const sequenceBytes = 4 * FRAMES * run.networks.recurrent.inputs;
      return { weights: members[0]!, reads, computed, sequenceBytes };
    };
    await train(2 ** 20);
    const whole = await train(2 ** 20);
    const sequences = new Set(whole.reads).size;
    expect(whole.reads).toHaveLength(sequences);
    const part = await train(3 * whole.sequenceBytes);
    expect(part.reads.length).toBeGreaterThan(EPOCHS * (sequences - 3));
    expect(part.computed).toEqual([]);
    expect(encodeSafetensors(part.weights)).toEqual(encodeSafetensors(whole.weights));
  });

  it('draw for each network what they draw without those that tune the networks before', async () => {
    const { saved } = await stagesOf({ standardize: false, fusion: 'average' });
    const opened = await open({ standardize: false, fusion: 'average' });
    const { finetune: _, ...pipeline } = opened.run.pipeline;
    const alone = await runStages({ ...opened, run: { ...opened.run, pipeline }, save: async () => {} });
    const tuned = [1, 4].map((stage) => saved.find(({ progress }) => progress.stage === stage)!.start);
    expect(alone.members).toHaveLength(2);
    for (const [place, weights] of alone.members.entries()) {
      expect(encodeSafetensors(tuned[place]!)).toEqual(encodeSafetensors(weights));
    }
  });

  describe('that spare what the encoder knows', () => {
    /** The stages after the first, each with the weights that the next one goes on from. */
    const tuned = async (finetune: Changes['finetune']) => {
      const { saved, members, networks } = await stagesOf({
        standardize: false,
        learningRate: 1e-3,
        finetune,
      });
      const [first, last] = [1, 2].map(
        (stage) => saved.findLast(({ progress }) => progress.stage === stage)!,
      );
      const ofEncoder = mobileNetParameters(networks.encoder!).map(({ name }) => name);
      const stages = [
        { ...first!, end: last!.start },
        { ...last!, end: members[0]! },
      ];
      return { stages, ofEncoder };
    };

    /** How far the encoder went from its start in the last stage, and how far the recurrent network. */
    const distances = async (finetune: Changes['finetune']) => {
      const { stages, ofEncoder } = await tuned(finetune);
      const { start, end } = stages.at(-1)!;
      const far = (names: Iterable<string>) =>
        Math.hypot(
          ...[...names].flatMap((name) => {
            const from = requireTensor(start, name).data;
            return Array.from(requireTensor(end, name).data, (value, index) => value - from[index]!);
          }),
        );
      const others = [...end.keys()].filter((name) => !ofEncoder.includes(name));
      return { encoder: far(ofEncoder), recurrent: far(others) };
    };

    it('end with the share of what they trained that is asked for', async () => {
      const { stages } = await tuned({ average: 0.25 });
      for (const { start, best, end } of stages) {
        expect(best.size).toBe(end.size);
        for (const [name, { data }] of end) {
          const [from, to] = [requireTensor(start, name).data, requireTensor(best, name).data];
          const expected = from.map((value, index) => value + 0.25 * (to[index]! - value));
          expect(data, name).toEqual(expected);
        }
        expect(end.get('head.kernel')).not.toEqual(start.get('head.kernel'));
      }
    });

    it('keep the average over their steps where one is asked for', async () => {
      const { stages } = await tuned({ ema: 0.9 });
      for (const { best, trainer, end } of stages) {
        expect(withoutPrefix(trainer, 'mean.')).toEqual(best);
        expect(best.get('head.kernel')).not.toEqual(trainer.get('head.kernel'));
        expect(end.get('head.kernel')).toEqual(best.get('head.kernel'));
      }
    });

    it('train only a scale and a shift of each channel where no more is asked for', async () => {
      const { stages } = await tuned({ trains: 'scales' });
      const { start, end, trainer } = stages.at(-1)!;
      const name = 'block12.pointwise.kernel';
      const [before, after] = [requireTensor(start, name), requireTensor(end, name)];
      const scales = requireTensor(trainer, 'block12.pointwise.scale').data;
      expect(new Set(scales).size).toBeGreaterThan(1);
      const ofOne = before.data.length / scales.length;
      expect(after.data).toEqual(
        before.data.map((value, index) => value * scales[Math.floor(index / ofOne)]!),
      );
    });

    it('move the encoder less by a layer decay and by a pull, and the recurrent network as far', async () => {
      const free = await distances({});
      const decayed = await distances({ layerDecay: 0.1 });
      const pulled = await distances({ pull: 1000 });
      for (const { encoder, recurrent } of [decayed, pulled]) {
        expect(encoder).toBeLessThan(0.5 * free.encoder);
        expect(encoder).toBeGreaterThan(0);
        expect(recurrent).toBeGreaterThan(0.5 * free.recurrent);
      }
    });
  });

  it.each<[string, Changes['finetune']]>([
    ['as usual', {}],
    ['sparing the encoder', { trains: 'scales', layerDecay: 0.9, pull: 10, ema: 0.9, average: 0.5 }],
  ])('come to the same weights when they are interrupted, for each stream, %s', async (_, finetune) => {
    await Promise.all(['whole', 'cut'].map((out) => rm(join(root, out), { recursive: true, force: true })));
    const given = await optionsOf({ standardize: true, learningRate: 1e-3, fusion: 'average', finetune });
    const run = (out: string, more: Partial<TrainOptions> = {}) =>
      train({ ...given, out: join(root, out), ...more });
    const weights = (out: string) => readFile(join(root, out, 'weights.safetensors'));
    await run('whole');
    const interruption = new AbortController();
    const cut = run('cut', {
      signal: interruption.signal,
      // In the last stage of the first stream's network, whose encoder is no longer what was standardized by.
      onEvent: (event) => event.kind === 'epoch' && event.count === EPOCHS + 3 && interruption.abort(),
    });
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
    await run('cut', { resume: true });
    expect(await weights('cut')).toEqual(await weights('whole'));
    expect((await loadBundle(join(root, 'whole'))).members).toHaveLength(2);
  });
});

/** A model whose encoder was drawn, calibrated so that its features tell pictures apart. */
async function saveEncoder(folder: string): Promise<void> {
  const { finetune: _, ...like } = pipelineOf({ standardize: false });
  const pipeline = checkPipeline(like, 'the encoder');
  const networks = networksOf(pipeline, { classes: labels.length });
  const pictures = Array.from({ length: 32 }, (_, index) =>
    paint(drawBlobs(random(index, 'picture')), { size: SIZE }),
  );
  const drawn = initializeMobileNet(networks.encoder!, 5);
  const encoder = await engine.training.calibrate(networks.encoder!, drawn, Buffer.concat(pictures));
  await saveBundle(folder, {
    manifest: {
      pipeline,
      labels,
      ...UNTRAINED,
    },
    members: [new Map([...encoder, ...initializeRecurrent(networks.recurrent, 1)])],
    files: {},
  });
}
