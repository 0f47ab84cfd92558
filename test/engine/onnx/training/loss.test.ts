import { describe, expect, it } from 'vitest';
import { createGraph, input, output } from '../../../../src/engine/onnx/graph.js';
import { OnnxSession } from '../../../../src/engine/onnx/session.js';
import { padRows } from '../../../../src/engine/onnx/training/frames.js';
import { LOSSES, lossFeeds } from '../../../../src/engine/onnx/training/loss.js';
import { type Loss, LOSSES as NAMES } from '../../../../src/network/losses.js';

const runtime = await import('onnxruntime-node');

const CLASSES = 3;
const SEQUENCES = 2;
const logits = Float32Array.of(1.5, -0.5, 0.25, -2, 40, 3);
/** The second sequence counts twice. */
const targets = Float32Array.of(0.7, 0.2, 0.1, 0.5, 0.5, 1);

/** In float64, of all sequences. */
const REFERENCE: Readonly<Record<Loss, (logits: readonly number[]) => number>> = {
  'cross-entropy': (values) => {
    const rows = Array.from({ length: SEQUENCES }, (_, row) =>
      values.slice(row * CLASSES, (row + 1) * CLASSES),
    );
    const total = rows.map((row, index) => {
      const largest = Math.max(...row);
      const logSum = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      return row.reduce((sum, value, at) => sum + targets[index * CLASSES + at]! * (logSum - value), 0);
    });
    return total.reduce((sum, value) => sum + value, 0) / SEQUENCES;
  },
  squares: (values) =>
    values.reduce((sum, value, at) => sum + (value - targets[at]!) ** 2, 0) / (SEQUENCES * CLASSES),
};

/** @param rows of the batch: those past the sequences are filled up with zeros. */
async function compute(loss: Loss, rows = SEQUENCES) {
  const graph = createGraph('loss');
  const declare = (name: string, width: number) =>
    input(graph, { name, dtype: 'float32', shape: [rows, width] });
  const values = declare('logits', CLASSES);
  const result = LOSSES[loss](values, { targets: declare('targets', CLASSES), shares: declare('shares', 1) });
  output('loss', result.loss);
  output('gradient', result.gradient);
  const session = await OnnxSession.open(runtime, graph, { threads: 1 });
  const feeds = {
    logits: { data: logits, shape: [SEQUENCES, CLASSES] },
    ...lossFeeds(loss, { targets, sequences: SEQUENCES }),
  };
  const padded = Object.entries(feeds).map(([name, feed]) => [name, padRows(feed, rows)]);
  const { loss: value, gradient } = await session.run(Object.fromEntries(padded));
  await session.release();
  return { loss: value![0]!, gradient: [...gradient!] };
}

describe.each(NAMES)('the loss by %s', (loss) => {
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

  it('takes no notice of rows that a batch is filled up with', async () => {
    const [alone, filled] = [await compute(loss), await compute(loss, 5)];
    expect(filled.loss).toBeCloseTo(alone.loss, 6);
    expect(filled.gradient).toEqual([...alone.gradient, ...new Array(3 * CLASSES).fill(0)]);
  });
});
