import { describe, expect, it } from 'vitest';
import type { Example } from '../../src/datasets/dataset.js';
import { selectEngine } from '../../src/engine/select.js';
import { collate, type FeatureSequence } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { checkPipeline, type Pipeline } from '../../src/pipeline/schema.js';
import { random } from '../../src/random.js';
import { measure } from '../../src/tasks/classification/metrics.js';
import type { Weights } from '../../src/tensors/tensor.js';
import type { Progress } from '../../src/train/checkpoint.js';
import { exampleSteps } from '../../src/train/example-steps.js';
import { fitStage, freshProgress } from '../../src/train/fit.js';
import type { Stage } from '../../src/train/stages.js';
import { labelledSteps } from '../../src/train/step-data.js';

const { engine } = await selectEngine('onnx');
const labels = ['falls', 'rises'];
const network: RecurrentNetwork = {
  cell: 'gru',
  inputs: 1,
  units: 4,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  classes: labels.length,
};
const EPOCHS = 30;
const stage: Stage = {
  scope: { kind: 'recurrent' },
  isFirst: true,
  epochs: EPOCHS,
  batchSize: 8,
  learningRate: 0.02,
  warmupEpochs: 0,
};

/**
 * Series that fall or rise. Of the validation part, one in four is labelled wrongly: its loss is lowest when the network
 * has learned to tell them apart and is not too sure of it yet, so neither in the first epoch nor in the last.
 */
const sequences = new Map<string, FeatureSequence>();
const train = examplesOf('train', 16, () => false);
const validation = examplesOf('validation', 16, (index) => index % 8 < 2);

function examplesOf(part: string, count: number, isWrong: (index: number) => boolean): Example[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${part}-${index}`;
    const slope = index % 2 === 0 ? -1 : 1;
    const stream = random(index, part);
    const data = Float32Array.from({ length: 5 }, (_, time) => slope * (time - 2) + 0.5 * stream.normal());
    sequences.set(id, { kind: 'features', data, timesteps: data.length });
    return { id, path: id, group: id, label: (index + Number(isWrong(index))) % 2 };
  });
}

const read = async ({ id }: Pick<Example, 'id'>) => sequences.get(id)!;

const pipelineOf = (training: Partial<Pipeline['training']>) =>
  checkPipeline(
    {
      name: 'series',
      description: 'For tests.',
      input: { kind: 'rows' },
      recurrent: { cell: network.cell, units: network.units },
      training: {
        train: 'recurrent',
        epochs: EPOCHS,
        batchSize: stage.batchSize,
        learningRate: 1,
        schedule: 'constant',
        ...training,
      },
    },
    'the test',
  );

interface Start {
  readonly progress: Progress;
  readonly best: Weights;
}

/** Trains the stage, and keeps what it saved after each epoch. */
async function trainStage(
  training: Partial<Pipeline['training']>,
  {
    start,
    withoutValidation = false,
    length = {},
  }: { start?: Start; withoutValidation?: boolean; length?: Pick<Stage, 'epochs' | 'steps'> } = {},
) {
  const pipeline = pipelineOf(training);
  const trainer = await engine.training.createTrainer({
    network,
    weights: initializeRecurrent(network, 1),
    clipNorm: 1,
    loss: 'cross-entropy',
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  });
  const epochs: Weights[] = [];
  try {
    const finished = await fitStage({
      trainer,
      pipeline,
      stage: { ...stage, ...length },
      ...(start ?? { progress: freshProgress(0, []), best: new Map() }),
      steps: exampleSteps({
        pipeline,
        batchSize: stage.batchSize,
        labels,
        train,
        read,
        validation: withoutValidation ? [] : validation,
        readStep: labelledSteps(pipeline, { labels, train, read }),
      }),
      save: async () => void epochs.push(await trainer.weights()),
      onEvent: () => {},
    });
    return { ...finished, epochs, history: finished.progress.history };
  } finally {
    await trainer.release();
  }
}

/** Of the validation part, under some weights. */
async function lossOf(weights: Weights): Promise<number> {
  const classifier = await engine.loadClassifier(network, weights);
  const { logits } = await classifier.classify(collate(validation.map(({ id }) => sequences.get(id)!)));
  await classifier.release();
  return measure({ logits, truth: validation.map(({ label }) => label), labels }).logLoss;
}

const lossesOf = ({ history }: Awaited<ReturnType<typeof trainStage>>) =>
  history.map(({ validationLoss }) => validationLoss!);

const lowest = (losses: readonly number[]) => losses.indexOf(Math.min(...losses));

describe('a stage', async () => {
  const whole = await trainStage({});

  it('ends when its epochs are over', async () => {
    const losses = lossesOf(whole);
    expect(losses).toHaveLength(EPOCHS);
    // What the tests below need: an epoch that is the best, with others before and after it.
    expect(lowest(losses)).toBeGreaterThan(1);
    expect(lowest(losses)).toBeLessThan(EPOCHS - 6);
  });

  it.each([1, 3, 6])('ends after %d epochs without a lower loss of validation', async (patience) => {
    const losses = lossesOf(await trainStage({ patience }));
    const all = lossesOf(whole);
    let wanted = 1;
    while (wanted - 1 - lowest(all.slice(0, wanted)) < patience) wanted += 1;
    expect(losses).toEqual(all.slice(0, wanted));
    expect(wanted).toBeLessThan(EPOCHS);
  });

  it('that had used up its patience when it was interrupted is not trained further', async () => {
    const { weights, progress } = await trainStage({ patience: 3 });
    const again = await trainStage({ patience: 3 }, { start: { progress, best: weights } });
    expect(again.epochs).toEqual([]);
    expect(again).toMatchObject({ weights, progress });
  });

  it('goes on to another length, but to none that it is beyond', async () => {
    const { weights: best, progress } = await trainStage({}, { length: { epochs: 3 } });
    const goOn = (length: Pick<Stage, 'epochs' | 'steps'>, step = 0) =>
      trainStage({}, { start: { progress: { ...progress, step }, best }, length });
    expect((await goOn({ epochs: 4 })).history).toHaveLength(4);
    expect((await goOn({ epochs: 3 })).history).toHaveLength(3);
    await expect(goOn({ epochs: 2, steps: 4 })).rejects.toMatchObject({
      code: 'usage',
      problem: 'Stage 1 has already made 6 steps in 3 epochs, and is now to make 4 in 2.',
    });
    await expect(goOn({ epochs: 3 }, 1)).rejects.toMatchObject({
      problem: 'Stage 1 has already made 7 steps in 4 epochs, and is now to make 6 in 3.',
    });
  });

  it('gives the weights of the epoch with the lowest loss of validation', async () => {
    const trained = await trainStage({ patience: 6 });
    const best = lowest(lossesOf(trained));
    expect(trained.weights).toEqual(trained.epochs[best]);
    expect(trained.weights).not.toEqual(trained.epochs.at(-1));
    expect(await lossOf(trained.weights)).toBeCloseTo(Math.min(...lossesOf(trained)), 6);
  });

  it('gives those of the last epoch where they are to be kept', async () => {
    const trained = await trainStage({ keep: 'last' });
    expect(trained.weights).toEqual(trained.epochs.at(-1));
    expect(await lossOf(trained.weights)).toBeCloseTo(lossesOf(trained).at(-1)!, 6);
    expect(lossesOf(trained)).toHaveLength(EPOCHS);
  });

  it('gives those of the last epoch where there is no validation part, whatever the patience', async () => {
    const trained = await trainStage({ patience: 1 }, { withoutValidation: true });
    expect(lossesOf(trained)).toEqual(Array.from({ length: EPOCHS }, () => null));
    expect(trained.weights).toEqual(trained.epochs.at(-1));
  });
});
