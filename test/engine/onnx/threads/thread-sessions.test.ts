import { afterAll, describe, expect, it } from 'vitest';
import { addNode, createGraph, type Graph, input, output } from '../../../../src/engine/onnx/graph.js';
import { LentArray } from '../../../../src/engine/onnx/lent-array.js';
import { add } from '../../../../src/engine/onnx/ops/elementwise.js';
import { SessionPool } from '../../../../src/engine/onnx/threads/session-pool.js';
import { ThreadSessions } from '../../../../src/engine/onnx/threads/thread-sessions.js';

const thread = new ThreadSessions();
afterAll(() => thread.release());

/** Outputs `sum` and `twice` of the inputs `x` and `y`, of any length. */
function sumGraph(): Graph {
  const graph = createGraph('sum');
  const [x, y] = ['x', 'y'].map((name) => input(graph, { name, dtype: 'float32', shape: ['length'] }));
  const sum = add(x!, y!);
  output('sum', sum);
  output('twice', add(sum, sum));
  return graph;
}

function unknownOperator(): Graph {
  const graph = createGraph('unknown');
  const x = input(graph, { name: 'x', dtype: 'float32', shape: [1] });
  output('y', addNode('NoSuchOperator', { inputs: [x], outputs: [x] })[0]!);
  return graph;
}

const feed = (...values: number[]) => ({ data: Float32Array.from(values), shape: [values.length] });
const lent = (...values: number[]) => ({
  data: new LentArray(Float32Array.from(values)),
  shape: [values.length],
});

describe('a session in a thread', () => {
  it('computes as one here does, with what the caller keeps', async () => {
    const session = await thread.open(sumGraph(), { threads: 1 });
    expect(session.inputNames).toEqual(new Set(['x', 'y']));
    const x = feed(1, 2, 3);
    for (const [y, sum] of [
      [
        [10, 20, 30],
        [11, 22, 33],
      ],
      [
        [1, 1, 1],
        [2, 3, 4],
      ],
    ] as const) {
      const results = await session.run({ x, y: feed(...y) });
      expect([...results.sum!]).toEqual(sum);
      expect([...results.twice!]).toEqual(sum.map((value) => 2 * value));
    }
    expect([...x.data]).toEqual([1, 2, 3]);
    // Shorter than what was fed before, longer, and a part of an array.
    const part = { data: Float32Array.of(9, 5, 9).subarray(1, 2), shape: [1] };
    expect([...(await session.run({ x: feed(1), y: part })).sum!]).toEqual([6]);
    expect([...(await session.run({ x: feed(1, 2, 3, 4), y: feed(0, 0, 0, 1) })).sum!]).toEqual([1, 2, 3, 5]);
    await session.release();
    await session.release();
    await expect(session.run({ x, y: x })).rejects.toThrow('released');
  });

  it('reads and writes what it is lent, which is back with the result', async () => {
    const session = await thread.open(sumGraph(), { threads: 1 });
    const [x, sum] = [lent(1, 2), lent(0, 0)];
    const running = session.run({ x, y: feed(3, 4) }, { sum });
    expect(() => x.data.data).toThrow('a run that has not ended');
    expect(Object.keys(await running)).toEqual(['twice']);
    expect([...sum.data.data]).toEqual([4, 6]);
    expect([...x.data.data]).toEqual([1, 2]);
  });

  it('fails as onnxruntime does, and computes on', async () => {
    await expect(thread.open(unknownOperator(), { threads: 1 })).rejects.toThrow('NoSuchOperator');
    const session = await thread.open(sumGraph(), { threads: 1 });
    const [x, sum] = [lent(1, 2), lent(0, 0)];
    await expect(session.run({ x, y: { ...feed(1, 2), shape: [1, 2] } }, { sum })).rejects.toThrow(
      /rank|dim/i,
    );
    expect([...x.data.data]).toEqual([1, 2]);
    await session.run({ x, y: feed(1, 1) }, { sum });
    expect([...sum.data.data]).toEqual([2, 3]);
  });

  it('ends with its thread: what waits fails, and what comes later', async () => {
    const own = new ThreadSessions();
    const session = await own.open(sumGraph(), { threads: 1 });
    const waiting = session.run({ x: feed(1), y: feed(1) });
    const failed = expect(waiting).rejects.toThrow('released');
    await own.release();
    await failed;
    await expect(session.run({ x: feed(1), y: feed(1) })).rejects.toThrow('released');
    await expect(own.open(sumGraph(), { threads: 1 })).rejects.toThrow('released');
    await session.release();
    await own.release();
  });
});

it('threads that were never needed are not started, and none is after their end', async () => {
  const pool = new SessionPool({ threads: 3 });
  expect(pool.here.ofCores).toHaveLength(3);
  expect(pool.elsewhere.ofCores).toHaveLength(3);
  await pool.release();
  await expect(pool.elsewhere.alone(sumGraph())).rejects.toThrow('ended');
});
