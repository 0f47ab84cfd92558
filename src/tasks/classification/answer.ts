/**
 * Why a clip has no class for an answer:
 * - `unlike`: it is unlike anything that the model was trained on; the score is its distance from that, see known-examples.ts;
 * - `unsure`: the most probable class is not probable enough; the score is its probability.
 */
export const UNKNOWN_REASONS = ['unlike', 'unsure'] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

export interface Unknown {
  readonly reason: UnknownReason;
  /** What was too low, or too high, as the reason says. */
  readonly score: number;
}

/** A class, or that there is none to give. No label stands for that, so that a class may have any name. */
export type Answer =
  | { readonly kind: 'class'; readonly label: string }
  | ({ readonly kind: 'unknown' } & Unknown);

export interface RankedClass {
  readonly label: string;
  /** In [0, 1]. */
  readonly probability: number;
  /** When the frames that show it are on screen, from the clip's start; of a model that answers each frame by itself. */
  readonly seenAtSeconds?: readonly number[] | undefined;
}

/** All classes, the most probable ones first; equals in the model's order. @param probabilities in that order, too. */
export function rankClasses(probabilities: readonly number[], labels: readonly string[]): RankedClass[] {
  return probabilities
    .map((probability, index) => ({ label: labels[index]!, probability }))
    .sort(byProbability);
}

export const byProbability = (first: RankedClass, second: RankedClass): number =>
  second.probability - first.probability;

/** Where answers end and the unknown begins. */
export interface Limits {
  /** In [0, 1]. */
  readonly minProbability: number;
  /** How far from what the model was trained on; any distance when absent. */
  readonly maxDistance?: number | undefined;
}

/** Whether something is so far from what a model was trained on that it has no say. */
export const isUnlike = (distance: number | undefined, { maxDistance }: Limits): distance is number =>
  distance !== undefined && maxDistance !== undefined && distance > maxDistance;

/**
 * @param judged.best the most probable class.
 * @param judged.distance from what the model was trained on, where it knows.
 */
export function answerOf(
  { best, distance }: { readonly best: RankedClass; readonly distance: number | undefined },
  limits: Limits,
): Answer {
  const { label, probability } = best;
  if (isUnlike(distance, limits)) return { kind: 'unknown', reason: 'unlike', score: distance };
  if (probability >= limits.minProbability) return { kind: 'class', label };
  return { kind: 'unknown', reason: 'unsure', score: probability };
}

/** An answer as a row of results has it: `unknown` says why there is no label. */
export interface AnswerFields {
  readonly label: string | null;
  readonly unknown?: Unknown;
}

export function answerFields(answer: Answer): AnswerFields {
  if (answer.kind === 'class') return { label: answer.label };
  const { reason, score } = answer;
  return { label: null, unknown: { reason, score } };
}
