import { collate, type RecurrentSequence } from '../inputs/batches.js';
import type { ReadableExample, SequenceReader } from '../inputs/sequence-reader.js';
import { MARKERS, UNKNOWN } from '../inputs/text/vocabulary.js';
import { softmax } from '../tasks/classification/metrics.js';
import { computed } from './classify-clip.js';
import type { ModelThreads } from './thread/model-threads.js';

/** A model that many texts share. */
export interface TextModel {
  readonly read: SequenceReader<RecurrentSequence>;
  readonly classify: ModelThreads['classify'];
}

export interface TextResult {
  /** Of each class, in the order of the model's labels. */
  readonly probabilities: readonly number[];
  /** From what the model was trained on, as Classification has it. */
  readonly distance?: number | undefined;
  /** float32 [timesteps], as Classification has it. */
  readonly attention?: Float32Array | undefined;
  /** That the network read, the markers before and after them not counted. */
  readonly tokens: number;
  /** Of these, those that the model does not know; absent where there is none. */
  readonly unknownTokens?: number | undefined;
  /** Wall time, in which the first text waits for the model to be loaded, too. */
  readonly milliseconds: { readonly decode: number; readonly encode: number; readonly recurrent: number };
}

/** Classifies one text. @throws UserError `empty` for one without a token; ComputeFailure. */
export async function classifyText(
  example: ReadableExample,
  { read, classify }: TextModel,
): Promise<TextResult> {
  const started = performance.now();
  const sequence = await read(example, 'evaluation');
  const decoded = performance.now();
  const { logits, distances, attention } = await computed(classify(collate([sequence])));
  const recurrent = performance.now() - decoded;
  return {
    probabilities: softmax(logits),
    distance: distances?.[0],
    attention,
    ...tokenCounts(sequence),
    milliseconds: { decode: decoded - started, encode: 0, recurrent },
  };
}

/** The example that a text alone is. */
export const exampleOf = (text: string): ReadableExample => ({ id: JSON.stringify(text), path: '', text });

function tokenCounts({ data }: RecurrentSequence): Pick<TextResult, 'tokens' | 'unknownTokens'> {
  const unknown = data.filter((token) => token === UNKNOWN).length;
  const known = data.filter((token) => token >= MARKERS).length;
  return { tokens: known + unknown, unknownTokens: unknown || undefined };
}
