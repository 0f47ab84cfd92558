import { naturalOrder } from '../../platform/natural-order.js';
import { type Metrics, MetricsTally } from '../../tasks/classification/metrics.js';
import {
  type Answer,
  clipIdOf,
  type FailedRow,
  isFailed,
  isWindow,
  isWindowed,
  type ResultRow,
  type Row,
} from './row.js';

/** A batch's results, counted. */
export interface BatchSummary {
  readonly clips: number;
  readonly classified: number;
  /** Windows that these were classified by; null where each was classified whole. */
  readonly windows: number | null;
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
  const tally = new SummaryTally();
  for await (const row of rows) tally.add(row);
  return tally.summary(labels);
}

/** A summary of rows that come one by one, those of a clip together, and are not held. */
export class SummaryTally {
  readonly #counts = new Map<string, number>();
  readonly #failures = new Map<
    string,
    { clips: number; examples: Array<{ path: string; message: string }> }
  >();
  readonly #metrics = new MetricsTally();
  /** Classes that rows with a known truth name. */
  readonly #named = new Set<string>();
  #latest: string | undefined;
  #clips = 0;
  #failed = 0;
  #windows = 0;
  #unknown = 0;
  #unlike = 0;

  add(row: Row | ResultRow): void {
    const clip = clipIdOf(row);
    if (clip !== this.#latest) this.#clips += 1;
    this.#latest = clip;
    if (isFailed(row)) {
      this.#addFailure(row);
      return;
    }
    if (isWindowed(row)) this.#windows += row.windows.length;
    else if (isWindow(row)) this.#windows += 1;
    for (const answer of isWindowed(row) ? row.windows : [row]) this.#addAnswer(answer, row.truth);
  }

  /** @param labels the model's; where they are not known, those of the rows. */
  summary(labels?: readonly string[]): BatchSummary {
    const known = labels ?? [...this.#named].sort(naturalOrder);
    return {
      clips: this.#clips,
      failed: this.#failed,
      unknown: this.#unknown,
      unlike: this.#unlike,
      classified: this.#clips - this.#failed,
      windows: this.#windows > 0 ? this.#windows : null,
      labels: byClips([...this.#counts].map(([label, count]) => ({ label, clips: count }))),
      failures: byClips([...this.#failures].map(([code, kind]) => ({ code, ...kind }))),
      metrics: this.#metrics.examples > 0 ? this.#metrics.metrics(known) : null,
    };
  }

  #addFailure({ path, error: { code, message } }: FailedRow): void {
    this.#failed += 1;
    const kind = this.#failures.get(code) ?? { clips: 0, examples: [] };
    kind.clips += 1;
    if (kind.examples.length < EXAMPLES_OF_A_KIND) kind.examples.push({ path, message });
    this.#failures.set(code, kind);
  }

  #addAnswer({ label, unknown, truthProbability }: Answer, truth: string | undefined): void {
    if (unknown?.reason === 'unlike') this.#unlike += 1;
    if (label === null) this.#unknown += 1;
    else this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
    // Of a class that the model does not know there is no probability.
    if (label === null || truth === undefined || truthProbability === undefined) return;
    this.#named.add(truth).add(label);
    this.#metrics.add({ truth, predicted: label, truthProbability });
  }
}

function byClips<T extends { readonly clips: number }>(entries: readonly T[]): T[] {
  return [...entries].sort((one, other) => other.clips - one.clips);
}
