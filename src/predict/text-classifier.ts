import type { Described } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import { collate, type RecurrentSequence } from '../inputs/batches.js';
import { inputOf } from '../inputs/input-kinds.js';
import { UNKNOWN } from '../inputs/text/vocabulary.js';
import { rankClasses } from '../tasks/classification/answer.js';
import { softmax } from '../tasks/classification/metrics.js';
import { requireCommand } from '../tasks/commands.js';
import { withoutWindows } from './batch/classify-windows.js';
import type { CallOptions, ClipClassifier, OpenOptions } from './classify-options.js';
import { type Given, requireGiven, requireList } from './given.js';
import { classified, failed, failureOf } from './make-outcome.js';
import type { Outcome } from './outcome.js';
import { linesOf } from './read-lines.js';
import type { ModelThreads } from './thread/model-threads.js';

/** A model that reads texts, on threads that load it, which `release` ends. @throws UserError `usage`. */
export function textClassifier(
  threads: ModelThreads,
  { bundle, options }: { bundle: Described; options: OpenOptions },
): ClipClassifier {
  const { folder: name, manifest } = bundle;
  const { pipeline, vocabulary = [], labels } = manifest;
  requireCommand('classify', { name, pipeline });
  const { source, noun } = inputOf(pipeline.input);
  if (source.kind !== 'direct') throw new Error(`${name} does not read texts`);
  const read = source.open(vocabulary);
  const classifyText = async (text: string, { top = options.top }: CallOptions = {}): Promise<Outcome> => {
    const started = performance.now();
    const sequence = await read({ id: JSON.stringify(text), path: '', text }, 'evaluation');
    const decoded = performance.now();
    const { name: engine } = await threads.loaded;
    const { logits, attention } = await threads.classify(collate([sequence]));
    const recurrent = performance.now() - decoded;
    const milliseconds = { decode: decoded - started, encode: 0, recurrent };
    const ranking = rankClasses(softmax(logits), labels);
    const counts = tokenCounts(sequence);
    return classified(
      { ranking, attention, milliseconds, ...counts },
      { input: text, bundle, options: { ...options, top }, engine },
    );
  };
  const orFailed = (input: string, text: string, call?: CallOptions) =>
    classifyText(text, call).catch(failureOf(input));
  return {
    manifest,
    loaded: threads.loaded,
    classify: (given, call) => {
      const text = textOf(given, name);
      return orFailed(text, text, call);
    },
    classifyWindows: async (given) => failed(textOf(given, name), withoutWindows(name, noun)),
    async *classifyAll(inputs, { signal } = {}) {
      requireList(inputs);
      inputs.forEach(requireGiven);
      for (const given of inputs) {
        const lines = typeof given === 'string' ? linesOf(given) : [{ input: given.text, text: given.text }];
        for await (const line of lines) {
          signal?.throwIfAborted();
          yield 'error' in line ? failed(line.input, line.error) : await orFailed(line.input, line.text);
        }
      }
      await threads.loaded;
    },
    release: () => threads.release(),
    [Symbol.asyncDispose]: () => threads.release(),
  };
}

/** Without the markers before and after a text. */
function tokenCounts({ data, timesteps }: RecurrentSequence): {
  tokens: number;
  unknownTokens?: number | undefined;
} {
  const unknown = data.filter((token) => token === UNKNOWN).length;
  return { tokens: timesteps - 2, unknownTokens: unknown || undefined };
}

function textOf(given: Given, model: string): string {
  requireGiven(given);
  if (typeof given !== 'string') return given.text;
  throw new UserError('usage', {
    problem: `The model ${model} reads texts, and one by one they are given as such, not by a path such as ${given}.`,
    fix: 'Give an object with the property text; classifyAll reads files of texts, a line each.',
  });
}
