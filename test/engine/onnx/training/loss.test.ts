import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/onnx/differentiate.js';
import { constant, createGraph, input, output } from '../../../../src/engine/onnx/graph.js';
import { OnnxSession } from '../../../../src/engine/onnx/session.js';
import { padRows } from '../../../../src/engine/onnx/training/frame-feeds.js';
import { LOSSES } from '../../../../src/engine/onnx/training/loss.js';
import { FOCUS, type Loss, LOSSES as NAMES } from '../../../../src/network/losses.js';
import type { RecurrentNetwork } from '../../../../src/network/recurrent.js';

const runtime = await import('onnxruntime-node');

const CLASSES = 3;
const SEQUENCES = 2;
const logits = Float32Array.of(1.5, -0.5, 0.25, -2, 40, 3);
/** The second sequence counts twice. */
const targets = Float32Array.of(0.7, 0.2, 0.1, 0.5, 0.5, 1);
const indices = Int32Array.of(0, 2);

const network: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 2,
  units: CLASSES,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'last',
  classes: CLASSES,
};
/** A head that gives out what it reads, which then are the logits. */
const head: Record<string, { shape: number[]; data: Float32Array }> = {
  'head.kernel': { shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) },
  'head.bias': { shape: [3], data: new Float32Array(3) },
};

/** Those of timesteps are in the contract tests. */
type SequenceLoss = Exclude<Loss, 'adaptive-cross-entropy' | 'sampled-cross-entropy'>;

/** In float64, of all sequences. */
const REFERENCE: Readonly<Record<SequenceLoss, (logits: readonly number[]) => number>> = {
  'cross-entropy': (values) => {
    const rows = Array.from({ length: SEQUENCES }, (_, row) =>
      values.slice(row * CLASSES, (row + 1) * CLASSES),
    );
    const total = rows.map((row, index) => {
      const logSum = logSumOf(row);
      return row.reduce((sum, value, at) => sum + targets[index * CLASSES + at]! * (logSum - value), 0);
    });
    return total.reduce((sum, value) => sum + value, 0) / SEQUENCES;
  },
  focal: (values) => {
    const rows = Array.from({ length: SEQUENCES }, (_, row) =>
      values.slice(row * CLASSES, (row + 1) * CLASSES),
    );
    const total = rows.map((row, index) => {
      const logSum = logSumOf(row);
      return row.reduce((sum, value, at) => {
        const missed = 1 - Math.exp(value - logSum);
        return sum + targets[index * CLASSES + at]! * missed ** FOCUS * (logSum - value);
      }, 0);
    });
    return total.reduce((sum, value) => sum + value, 0) / SEQUENCES;
  },
  'sparse-cross-entropy': (values) => {
    const losses = Array.from(indices, (index, row) => {
      const own = values.slice(row * CLASSES, (row + 1) * CLASSES);
      return logSumOf(own) - own[index]!;
    });
    return losses.reduce((sum, value) => sum + value, 0) / SEQUENCES;
  },
  squares: (values) =>
    values.reduce((sum, value, at) => sum + (value - targets[at]!) ** 2, 0) / (SEQUENCES * CLASSES),
};

function logSumOf(row: readonly number[]): number {
  const largest = Math.max(...row);
  return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** @param rows of the batch: those past the sequences are filled up with zeros. */
async function compute(loss: SequenceLoss, rows = SEQUENCES) {
  const graph = createGraph('loss');
  const read = input(graph, { name: 'read', dtype: 'float32', shape: [rows, CLASSES] });
  const weight = (name: string) => constant(graph, head[name]!);
  const from = LOSSES[loss].build({ read, network, weight });
  output('gradient', gradients(from, [read])[0]!);
  const wanted = {
    network,
    targets: loss === 'sparse-cross-entropy' ? indices : targets,
    placement: { lengths: Int32Array.of(1, 1), timesteps: 1 },
    timesteps: 1,
    seed: 1,
  };
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const feeds = {
    read: { data: logits, shape: [SEQUENCES, CLASSES] },
    ...LOSSES[loss].feeds(wanted),
  };
  const padded = Object.entries(feeds).map(([name, feed]) => [name, padRows(feed, rows)]);
  const results = await session.run(Object.fromEntries(padded));
  await session.release();
  const correct = LOSSES[loss].correct(results, wanted);
  return { loss: results.loss![0]!, gradient: [...results.gradient!], correct };
}

describe.each(NAMES.filter((name): name is SequenceLoss => name in REFERENCE))('the loss by %s', (loss) => {
  const expected = REFERENCE[loss]([...logits]);

  it('is the mean over the sequences', async () => {
    expect(Math.abs((await compute(loss)).loss / expected - 1)).toBeLessThan(1e-6);
  });

  it('has its slopes for gradient', async () => {
    const { gradient } = await compute(loss);
    const STEP = 1e-4;
    const slopes = [...logits].map((_, at) => {
      const moved = (by: number) =>
        REFERENCE[loss]([...logits].map((value, i) => value + (i === at ? by : 0)));
      return (moved(STEP) - moved(-STEP)) / (2 * STEP);
    });
    slopes.forEach((slope, at) => {
      expect(Math.abs(gradient[at]! - slope)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
    });
  });

  it('counts the sequence whose largest logit is where its largest target is', async () => {
    expect((await compute(loss)).correct).toBe(1);
  });

  it('takes no notice of rows that a batch is filled up with', async () => {
    const [alone, filled] = [await compute(loss), await compute(loss, 5)];
    expect(filled.loss).toBeCloseTo(alone.loss, 6);
    expect(filled.correct).toBe(alone.correct);
    expect(filled.gradient).toEqual([...alone.gradient, ...new Array(3 * CLASSES).fill(0)]);
  });
});
