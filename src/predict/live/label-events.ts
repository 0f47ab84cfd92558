import type { Span } from '../batch/windows.js';
import { classShown, type Thresholds } from '../batch/windows.js';
import type { EndReason, LabelEnd, LabelStart } from './watch-options.js';

interface Shown {
  readonly label: number;
  readonly startSeconds: number;
  sum: number;
  windows: number;
}

/** Says when a label begins and ends, of windows that come one after the other. One label is shown at a time. */
export class LabelEvents {
  readonly #labels: readonly string[];
  readonly #thresholds: Thresholds;
  #shown: Shown | null = null;
  #latest = 0;

  constructor(labels: readonly string[], thresholds: Thresholds) {
    this.#labels = labels;
    this.#thresholds = thresholds;
  }

  /** @param probabilities of the labels; null where the window is unlike what the model knows. */
  take(
    probabilities: readonly number[] | null,
    { startSeconds, endSeconds }: Span,
  ): Array<LabelStart | LabelEnd> {
    this.#latest = endSeconds;
    const before = this.#shown?.label ?? null;
    const now = probabilities && classShown(probabilities, { before, ...this.#thresholds });
    const middle = (startSeconds + endSeconds) / 2;
    const ended = now === before ? [] : this.#leave(middle, 'left');
    if (!probabilities || now === null) return ended;
    const probability = probabilities[now]!;
    if (this.#shown) {
      this.#shown.sum += probability;
      this.#shown.windows += 1;
      return ended;
    }
    this.#shown = { label: now, startSeconds: middle, sum: probability, windows: 1 };
    return [...ended, { kind: 'start', label: this.#labels[now]!, probability, startSeconds: middle }];
  }

  /** No more windows come. */
  end(reason: EndReason): LabelEnd[] {
    return this.#leave(this.#latest, reason);
  }

  #leave(endSeconds: number, reason: EndReason): LabelEnd[] {
    const shown = this.#shown;
    if (!shown) return [];
    this.#shown = null;
    const { label, startSeconds, sum, windows } = shown;
    const probability = sum / windows;
    return [{ kind: 'end', label: this.#labels[label]!, probability, startSeconds, endSeconds, reason }];
  }
}
