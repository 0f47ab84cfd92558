import type { Described } from '../bundle/bundle.js';
import { UserError } from '../errors.js';
import type { Illustration } from '../inputs/input-kind.js';
import { inputOf } from '../inputs/input-kinds.js';
import { sentencesOf } from '../inputs/text/attended-sentences.js';
import { stopIfAborted } from '../platform/stop-if-aborted.js';
import { rankClasses } from '../tasks/classification/answer.js';
import { requireCommand } from '../tasks/commands.js';
import { withoutWindows } from './batch/classify-windows.js';
import type { CallOptions, ClipClassifier, OpenOptions } from './classify-options.js';
import { classifyText, exampleOf } from './classify-text.js';
import { type Given, requireGiven, requireList } from './given.js';
import { classified, failed, failureOf } from './make-outcome.js';
import type { Classified, Outcome } from './outcome.js';
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
  const { source, noun, illustrate } = inputOf(pipeline.input);
  if (source.kind !== 'direct') throw new Error(`${name} does not read texts`);
  const read = source.open(vocabulary);
  const answer = async (text: string, { top = options.top }: CallOptions = {}): Promise<Outcome> => {
    const { name: engine } = await threads.loaded;
    const example = exampleOf(text);
    const { probabilities, ...result } = await classifyText(example, { read, classify: threads.classify });
    const { attention } = result;
    const attended = attention && attendedTo(await illustrate(example, {}), attention);
    return classified(
      { ...result, ...attended, ranking: rankClasses(probabilities, labels) },
      { input: text, bundle, options: { ...options, top }, engine },
    );
  };
  const orFailed = (input: string, text: string, call?: CallOptions) =>
    answer(text, call).catch(failureOf(input));
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
        const lines =
          typeof given === 'string'
            ? linesOf(given, options.encoding)
            : [{ input: given.text, text: given.text }];
        for await (const line of lines) {
          stopIfAborted(signal, 'texts were classified');
          yield 'error' in line ? failed(line.input, line.error) : await orFailed(line.input, line.text);
        }
      }
      await threads.loaded;
    },
    release: () => threads.release(),
    [Symbol.asyncDispose]: () => threads.release(),
  };
}

function attendedTo(
  shown: Illustration,
  attention: Float32Array,
): Pick<Classified, 'pieces' | 'sentences'> | undefined {
  if (shown.kind !== 'passage') return undefined;
  return { pieces: shown.pieces, sentences: sentencesOf(shown, attention) };
}

function textOf(given: Given, model: string): string {
  requireGiven(given);
  if (typeof given !== 'string') return given.text;
  throw new UserError('usage', {
    problem: `The model ${model} reads texts, and one by one they are given as such, not by a path such as ${given}.`,
    fix: 'Give an object with the property text; classifyAll reads files of texts, a line each.',
  });
}
