import type { Graph } from '../../src/engine/onnx/graph.js';
import { type Feed, OnnxSession } from '../../src/engine/onnx/session.js';

const runtime = await import('onnxruntime-node');

/** The outputs of a graph, run once in two threads. */
export async function runGraph(
  graph: Graph,
  feeds: Record<string, Feed>,
): Promise<Record<string, Float32Array>> {
  const session = await OnnxSession.open(runtime, graph, { threads: 2 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
