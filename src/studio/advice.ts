import { counted } from '../platform/counted.js';
import type { StoredClip } from './clip-folder.js';
import type { ClipAnswer } from './messages.js';

/** Pieces of advice that are given at once; more are no priorities. */
const MOST_PIECES = 3;

/** Separate recordings of a class, below which more of them help before anything else. */
const FEW_GROUPS = 6;

/**
 * Which clips to record next: of classes that are taken for others first, then of those with few separate recordings.
 *
 * @param options.labels the classes as they are now.
 * @param options.answers what a network said of clips that it had not seen.
 * @param options.usable the clips that a model can learn from.
 */
export function adviceFor(options: {
  labels: readonly string[];
  answers: readonly ClipAnswer[];
  usable: readonly StoredClip[];
}): string[] {
  const pieces = [...confusedAdvice(options.answers), ...fewAdvice(options.labels, options.usable)];
  if (pieces.length > 0) return pieces.slice(0, MOST_PIECES);
  if (options.answers.length === 0) return [];
  const unknown = options.answers.filter((answer) => answer.unknown !== null).length;
  return [
    unknown === 0
      ? 'Every tested clip was recognized. Record harder ones next: other people, places, distances and light, so that the test says more.'
      : `The model's first guess was right for every tested clip, but it was too unsure to answer ${unknown} of the ${options.answers.length}. Record each class in more places and in different light: that makes the model more certain.`,
  ];
}

function confusedAdvice(answers: readonly ClipAnswer[]): string[] {
  const pairs = new Map<string, { label: string; predicted: string; count: number }>();
  for (const { label, predicted } of answers) {
    if (label === predicted) continue;
    const key = JSON.stringify([label, predicted]);
    const pair = pairs.get(key) ?? { label, predicted, count: 0 };
    pairs.set(key, { ...pair, count: pair.count + 1 });
  }
  return [...pairs.values()]
    .sort((one, other) => other.count - one.count)
    .map(({ label, predicted, count }) => {
      const tested = answers.filter((answer) => answer.label === label).length;
      return `Record more clips of “${label}” that could be taken for “${predicted}”: ${count} of ${counted(tested, 'tested clip')} ${count === 1 ? 'was' : 'were'}. First check that ${count === 1 ? 'it is' : 'they are'} in the right class.`;
    });
}

function fewAdvice(labels: readonly string[], clips: readonly StoredClip[]): string[] {
  return labels
    .map((label) => {
      const own = clips.filter((clip) => clip.label === label);
      return { label, groups: new Set(own.map(({ group }) => group)).size };
    })
    .filter(({ groups }) => groups < FEW_GROUPS)
    .sort((one, other) => one.groups - other.groups)
    .map(
      ({ label, groups }) =>
        `Record “${label}” again, at another time or place: it has ${counted(groups, 'separate recording')} so far.`,
    );
}
