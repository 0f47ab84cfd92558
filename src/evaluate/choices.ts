import type { Example } from '../datasets/dataset.js';
import type { SequenceClassifier } from '../engine/engine.js';
import type { RecurrentSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import type { Answers } from '../tasks/classification/calibration.js';
import { predictedClasses } from '../tasks/classification/evaluation.js';
import { chooseMaxDistance } from '../tasks/classification/known-examples.js';
import { type Prediction, predictionsOf } from '../tasks/classification/predictions.js';
import { fitTemperature } from '../tasks/classification/temperature.js';
import { chooseMinProbability } from '../tasks/classification/threshold.js';
import type { EvaluationEvent } from './evaluation-event.js';
import { inOrder, scoreExamples } from './score-examples.js';

/** What is chosen on validation data once the weights are; a model keeps it. */
export interface Choices {
  /** Divides the logits; 1 without validation data. */
  readonly temperature: number;
  /** Below it an answer is `unknown`; 0 when no precision was asked for, or no answers reach it. */
  readonly minProbability: number;
  /** Beyond it an example is unlike what the network was trained on; absent where it does not know, and without validation data. */
  readonly maxDistance?: number | undefined;
}

/**
 * Fits the temperature, chooses how far examples may be from those that it was trained on, and when a precision is asked
 * for, the probability from which on answers have it. Clips that cannot be read are passed over.
 *
 * @param options.classifier of temperature 1.
 * @returns also what the network says of the validation part at that temperature.
 */
export async function chooseOnValidation(options: {
  classifier: SequenceClassifier;
  read: SequenceReader<RecurrentSequence>;
  validation: readonly Example[];
  targetPrecision?: number | undefined;
  onEvent: (event: EvaluationEvent) => void;
  signal: AbortSignal | undefined;
}): Promise<{ choices: Choices; predictions: Prediction[] }> {
  const { classifier, read, validation, targetPrecision, signal } = options;
  const scorers = new Map([['network', inOrder(classifier)]]);
  const { examples, logits, distances } = await scoreExamples({
    examples: validation,
    read,
    scorers,
    signal,
  });
  const own = distances.get('network');
  const maxDistance = chooseMaxDistance([...(own ?? [])]);
  const answers: Answers = {
    logits: logits.get('network')!,
    truth: examples.map(({ label }) => label),
  };
  const temperature = fitTemperature(answers);
  const tempered = { ...answers, logits: answers.logits.map((logit) => logit / temperature) };
  const predictions = ofNetwork(examples, tempered.logits, own);
  const choices = { temperature, minProbability: 0, maxDistance };
  if (targetPrecision === undefined) return { choices, predictions };
  const minProbability = chooseMinProbability(tempered, targetPrecision);
  if (minProbability === null) {
    const message = `No threshold makes ${targetPrecision} of the validation answers right, so none is called unknown.`;
    options.onEvent({ kind: 'note', message });
  }
  return { choices: { ...choices, minProbability: minProbability ?? 0 }, predictions };
}

function ofNetwork(
  examples: readonly Example[],
  logits: Float32Array,
  distances: Float32Array | undefined,
): Prediction[] {
  if (examples.length === 0) return [];
  const said = predictedClasses(logits, logits.length / examples.length);
  const classifiers = new Map([['network', said]] as const);
  return predictionsOf({ examples, logits, classifiers, distances, attention: undefined });
}
