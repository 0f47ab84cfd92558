import type { ChosenOn, FoldedSelection } from '../crossvalidate/select-answers.js';
import type { FoldFigure } from '../crossvalidate/summarize-folds.js';
import { percent } from '../platform/percent.js';
import { spanText } from './words.js';

/**
 * What becomes of the folds' answers when some are unknown, a sentence each.
 * @param options.noun what examples are called, in the plural.
 */
export function selectionSentences(
  selection: FoldedSelection,
  { folds, noun }: { folds: ReadonlyArray<Pick<FoldFigure, 'selection'>>; noun: string },
): string[] {
  const { threshold, answered, precision } = selection;
  const interval = `95 % interval ${spanText(answered.interval)} over groups`;
  const right = precision ? `, of which ${percent(precision.share)} are right${inBrackets(precision)}` : '';
  const figures = `${percent(answered.share)} get an answer (${interval})${right}`;
  if (threshold.kind === 'given') {
    return [`With a threshold of ${percent(threshold.minProbability)}, ${figures}.`];
  }
  const asked = percent(threshold.targetPrecision);
  const { part, fewest } = threshold.chosenOn;
  const basis = `${PART_WORDS[part]} (at least ${fewest} ${noun})`;
  const unreached = folds.filter((fold) => fold.selection?.minProbability === 0).length;
  if (unreached === folds.length) {
    return [
      `No fold finds a threshold above which ${asked} of the answers on ${basis} are right, so no answer is called unknown.`,
    ];
  }
  return [
    `To get ${asked} of the answers right, each fold calls answers unknown below a threshold that is chosen on ${basis}: ${figures}.`,
    ...(unreached > 0
      ? [
          `In ${unreached} of the ${folds.length} folds there is no such threshold, and nothing is called unknown.`,
        ]
      : []),
  ];
}

const PART_WORDS: Record<ChosenOn['part'], string> = {
  validation: 'its validation part',
  otherFolds: 'the test parts of the other folds of its repeat',
};

/** What a model card says of the threshold that the average of the folds keeps. */
export function overallSentence({ threshold, overall }: FoldedSelection): string {
  const { minProbability, answered, precision } = overall;
  if (threshold.kind === 'chosen' && minProbability === 0) {
    return `No answer is called unknown: not even the most probable out-of-fold answers are right in ${percent(threshold.targetPrecision)}.`;
  }
  const origin = threshold.kind === 'given' ? '' : ', on which the threshold was chosen,';
  const right = precision === null ? '' : `, ${percent(precision)} of them right`;
  return `This model calls answers less probable than ${percent(minProbability)} unknown. Of all out-of-fold answers${origin} ${percent(answered)} are at least that probable${right}.
Those are answers of single folds, each on what it had not seen. Their average is never surer than they are on average, so it may
call more answers unknown; how many of its answers are right is not measured.`;
}

/** Answers that are all right, or all wrong, have no width to give. */
const inBrackets = (share: NonNullable<FoldedSelection['precision']>): string =>
  share.interval[0] === share.interval[1] ? '' : ` (${spanText(share.interval)})`;
