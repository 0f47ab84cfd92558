import type { Bundle } from '../../bundle/bundle.js';
import type { EngineName } from '../../engine/engine.js';
import { selectEngine } from '../../engine/select.js';
import { UserError } from '../../errors.js';
import { vocabularyOf } from '../../inputs/text/vocabulary.js';
import { counted } from '../../platform/counted.js';
import { random } from '../../random.js';
import { requireCommand } from '../../tasks/commands.js';
import { checkSampling, type Sampling } from './choose-token.js';
import { stopBefore } from './stop-before.js';
import { readPrompt, type Script, writeOn } from './writer.js';

export interface GenerateOptions extends Sampling {
  /** What the text goes on from; the start of a line when absent. */
  readonly prompt?: string | undefined;
  /** Most tokens of a text; 500 when absent. */
  readonly length?: number | undefined;
  /** Ends a text where it would say this, which is not part of it. */
  readonly stop?: string | undefined;
  /** Texts, each drawn anew from the same prompt; 1 when absent. */
  readonly samples?: number | undefined;
  /** The same one gives the same texts; 1 when absent. */
  readonly seed?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Generated =
  /** What the prompt has that the model does not know, before any text; the model reads a token for the unknown instead. */
  | { readonly kind: 'unknown'; readonly tokens: readonly string[] }
  /** A further piece of a text: whole characters. See GenerateOptions.samples. */
  | { readonly kind: 'text'; readonly sample: number; readonly text: string }
  | {
      readonly kind: 'end';
      readonly sample: number;
      readonly tokens: number;
      readonly by: 'length' | 'stop';
    };

/** Tokens of a text that nobody said the length of. */
const LENGTH = 500;

/**
 * Writes texts with a language model, a piece at a time as they are made, one text after the other. The prompt is not
 * part of them.
 *
 * @throws UserError `usage` for a model that does not write, and settings out of range; `engine_unavailable`; `aborted`.
 */
export async function* generate(
  bundle: Bundle,
  options: GenerateOptions = {},
): AsyncGenerator<Generated, void, undefined> {
  const { prompt = '', samples = 1, engine: engineName = 'auto' } = options;
  requireCommand('generate', { name: bundle.folder, pipeline: bundle.manifest.pipeline });
  checkSampling(options);
  const script = scriptOf(bundle);
  const read = readPrompt(prompt, script);
  if (read.unknown.length > 0) yield { kind: 'unknown', tokens: read.unknown };
  // A step is too small a computation to be shared by threads.
  const { engine } = await selectEngine(engineName, { threads: 1 });
  const network = await engine.loadSequenceModel(bundle.networks.recurrent, bundle.members[0]!);
  try {
    for (let sample = 0; sample < samples; sample++) {
      const stream = random(options.seed ?? 1, 'generate', sample);
      const pieces = writeOn(network, { prompt: read, script, sampling: options, stream });
      yield* oneText(pieces, { ...options, sample });
    }
  } finally {
    await network.release();
  }
}

async function* oneText(
  pieces: AsyncGenerator<string>,
  { sample, length = LENGTH, stop = '', signal }: GenerateOptions & { sample: number },
): AsyncGenerator<Generated, void, undefined> {
  const stopping = stopBefore(stop);
  let tokens = 0;
  while (tokens < length) {
    if (signal?.aborted) throw interrupted(tokens);
    const piece = await pieces.next();
    tokens += 1;
    const { text, isOver } = stopping.push(piece.value ?? '');
    if (text !== '') yield { kind: 'text', sample, text };
    if (isOver) {
      yield { kind: 'end', sample, tokens, by: 'stop' };
      return;
    }
  }
  const rest = stopping.rest();
  if (rest !== '') yield { kind: 'text', sample, text: rest };
  yield { kind: 'end', sample, tokens, by: 'length' };
}

function scriptOf({ manifest: { pipeline, vocabulary } }: Bundle): Script {
  const { input, name } = pipeline;
  if (input.kind !== 'text' || !vocabulary) throw new Error(`${name} reads no text`);
  const { unit, normalization, boundaries } = input;
  return { unit, normalization, boundaries, vocabulary: vocabularyOf(vocabulary) };
}

function interrupted(tokens: number): UserError {
  return new UserError('aborted', {
    problem: `Interrupted after ${counted(tokens, 'token')}.`,
    fix: 'The same seed gives the same text again.',
  });
}
