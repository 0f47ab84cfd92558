import type { EvaluationEvent } from './evaluation-event.js';

/** A clip that was left out, and why. */
export interface SkippedClip {
  readonly path: string;
  readonly problem: string;
}

/**
 * Passes events on, and gathers the clips that they say were left out: each once, though every stage that reads it finds
 * that it cannot.
 */
export function gatherSkipped<E extends { readonly kind: string }>(
  onEvent: ((event: E | EvaluationEvent) => void) | undefined,
): { readonly skipped: readonly SkippedClip[]; readonly onEvent: (event: E | EvaluationEvent) => void } {
  const skipped: SkippedClip[] = [];
  const seen = new Set<string>();
  return {
    skipped,
    onEvent: (event) => {
      if (isSkipped(event)) {
        if (seen.has(event.path)) return;
        seen.add(event.path);
        skipped.push({ path: event.path, problem: event.problem });
      }
      onEvent?.(event);
    },
  };
}

const isSkipped = (event: { readonly kind: string }): event is { readonly kind: 'skipped' } & SkippedClip =>
  event.kind === 'skipped';
