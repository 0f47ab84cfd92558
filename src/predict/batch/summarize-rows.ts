import { type Metrics, measurePredictions, type Prediction } from '../../tasks/classification/metrics.js';
import { isFailed, isWindowed, type Row } from './row.js';

/** A batch's results, counted. */
export interface BatchSummary {
  readonly clips: number;
  readonly classified: number;
  /** Clips, or windows of them, that get no label. */
  readonly unknown: number;
  /** Of these, those that are unlike anything that the model was trained on. */
  readonly unlike: number;
  readonly failed: number;
  /** Clips, or windows of them, of each class that was found, the most frequent first. */
  readonly labels: ReadonlyArray<{ readonly label: string; readonly clips: number }>;
  /** By kind, the most frequent first, each with a few of its clips. */
  readonly failures: ReadonlyArray<{
    readonly code: string;
    readonly clips: number;
    readonly examples: ReadonlyArray<{ readonly path: string; readonly message: string }>;
  }>;
  /** On the clips, or windows of them, whose true class is known to the model and that were decided; null when there are none. */
  readonly metrics: Metrics | null;
}

const EXAMPLES_OF_A_KIND = 3;

/** @param labels the model's. */
export async function summarize(rows: AsyncIterable<Row>, labels: readonly string[]): Promise<BatchSummary> {
  const counts = new Map<string, number>();
  const failures = new Map<string, { clips: number; examples: Array<{ path: string; message: string }> }>();
  const predictions: Prediction[] = [];
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  let clips = 0;
  let failed = 0;
  let unknown = 0;
  let unlike = 0;
  for await (const row of rows) {
    clips += 1;
    if (isFailed(row)) {
      failed += 1;
      const kind = failures.get(row.error.code) ?? { clips: 0, examples: [] };
      kind.clips += 1;
      if (kind.examples.length < EXAMPLES_OF_A_KIND) {
        kind.examples.push({ path: row.path, message: row.error.message });
      }
      failures.set(row.error.code, kind);
      continue;
    }
    const truth = row.truth === undefined ? undefined : indexOf.get(row.truth);
    for (const { label, unknown: why, truthProbability } of isWindowed(row) ? row.windows : [row]) {
      if (why?.reason === 'unlike') unlike += 1;
      if (label === null) unknown += 1;
      else counts.set(label, (counts.get(label) ?? 0) + 1);
      if (label === null || truth === undefined || truthProbability === undefined) continue;
      predictions.push({ truth, predicted: indexOf.get(label)!, truthProbability });
    }
  }
  return {
    clips,
    failed,
    unknown,
    unlike,
    classified: clips - failed,
    labels: byClips([...counts].map(([label, count]) => ({ label, clips: count }))),
    failures: byClips([...failures].map(([code, kind]) => ({ code, ...kind }))),
    metrics: predictions.length > 0 ? measurePredictions(predictions, labels) : null,
  };
}

function byClips<T extends { readonly clips: number }>(entries: readonly T[]): T[] {
  return [...entries].sort((one, other) => other.clips - one.clips);
}
