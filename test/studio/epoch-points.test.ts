import { expect, it } from 'vitest';
import { parsePipeline } from '../../src/pipeline/pipeline-file.js';
import { epochPoints } from '../../src/studio/epoch-points.js';

const pipelineOf = (streams: string, training: string) =>
  parsePipeline(
    `
name: curves
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 32, fit: squash, kernel: linear }
  ${streams}
  encoder: { architecture: mobilenet-v1, alpha: 0.25, weights: motion }
recurrent: { cell: lstm, units: 4, readout: mean }
training: { train: recurrent, epochs: 2, batchSize: 4, learningRate: 0.01, ${training} }
split: { validation: 0.25, test: 0.25 }
`,
    'curves.yaml',
  );

/** Of two epochs for each stage. */
const epochs = (stages: number) =>
  Array.from({ length: 2 * stages }, (_, index) => ({
    stage: Math.floor(index / 2),
    trainLoss: index,
    trainAccuracy: 0.5,
    validationLoss: null,
  }));

const namesOf = (stages: number, pipeline: ReturnType<typeof pipelineOf>) =>
  epochPoints(epochs(stages), pipeline).map(({ network, trainLoss }) => [network, trainLoss]);

it('an epoch is of the network that it trains', () => {
  expect(namesOf(1, pipelineOf('', 'networks: 1'))).toEqual([
    ['', 0],
    ['', 1],
  ]);
  expect(namesOf(3, pipelineOf('', 'networks: 3'))).toEqual([
    ['network 1', 0],
    ['network 1', 1],
    ['network 2', 2],
    ['network 2', 3],
    ['network 3', 4],
    ['network 3', 5],
  ]);
});

it('networks that see different things of a clip are called by that', () => {
  const streams =
    'streams: [{ kind: frames }, { kind: difference, gain: 3 }]\n  gap: { kind: frames, frames: 1 }\n  fusion: average';
  const names = (training: string, stages: number) => [
    ...new Set(namesOf(stages, pipelineOf(streams, training)).map(([name]) => name)),
  ];
  expect(names('networks: 1', 2)).toEqual(['frames', 'changes']);
  expect(names('networks: 2', 4)).toEqual([
    'network 1, frames',
    'network 1, changes',
    'network 2, frames',
    'network 2, changes',
  ]);
});

it('distillation, whose error is of another kind, is left out', () => {
  const [first, ...rest] = epochs(3);
  const distilled = [first!, ...rest].map((epoch) =>
    epoch.stage === 0 ? { ...epoch, trainAccuracy: null } : epoch,
  );
  const points = epochPoints(distilled, pipelineOf('', 'networks: 2'));
  expect(points.map(({ network, trainLoss }) => [network, trainLoss])).toEqual([
    ['network 1', 2],
    ['network 1', 3],
    ['network 2', 4],
    ['network 2', 5],
  ]);
});
