import type { SequenceModel } from '../../engine/engine.js';
import { type Tokenization, type Tokenizer, tokenizerOf } from '../../inputs/text/tokenizer.js';
import { BEGIN, END, UNKNOWN, type Vocabulary } from '../../inputs/text/vocabulary.js';
import type { States } from '../../network/states.js';
import type { Random } from '../../random.js';
import { chooseToken, type Sampling } from './choose-token.js';

/** Tokens of a prompt that are read at once. */
const TIMESTEPS = 100;

/** What a text is made of, and how it is written. */
export interface Script extends Tokenization {
  readonly vocabulary: Vocabulary;
}

/** A prompt as a network reads it. */
export interface ReadPrompt {
  readonly tokens: Int32Array;
  /** What in it is not in the vocabulary, each once. */
  readonly unknown: readonly string[];
}

/** At least the end of a line: a network has to be given something, and texts begin after one. */
export function readPrompt(prompt: string, { vocabulary, ...settings }: Script): ReadPrompt {
  const tokenizer = tokenizerOf(settings);
  const read = settings.unit === 'word' ? wordsOf(prompt, tokenizer) : tokenizer.tokenize(prompt);
  const lineEnd = settings.unit === 'word' ? END : lineEndOf(vocabulary);
  const numbers = read.map((token) => (token === null ? END : vocabulary.numberOf(token)));
  const unknown = read.filter((token, index) => token !== null && numbers[index] === UNKNOWN);
  return {
    tokens: Int32Array.from(numbers.length > 0 ? numbers : [lineEnd]),
    unknown: [...new Set(unknown)].filter((token) => token !== null),
  };
}

/** The words of each line, and null for the end of one. */
function wordsOf(prompt: string, { tokenize }: Tokenizer): Array<string | null> {
  return prompt.split('\n').flatMap((line, index) => [...(index > 0 ? [null] : []), ...tokenize(line)]);
}

/** BEGIN, which nothing has taught the network anything of, where no text has lines. */
function lineEndOf(vocabulary: Vocabulary): number {
  const number = vocabulary.numberOf('\n');
  return number === UNKNOWN ? BEGIN : number;
}

/**
 * Writes on, token by token, with the states of the network kept between them.
 *
 * @param options.after what came before: its last token and the logits after it are where the text goes on.
 */
export async function* writeOn(
  network: SequenceModel,
  options: { prompt: ReadPrompt; script: Script; sampling: Sampling; stream: Random },
): AsyncGenerator<string, never, undefined> {
  const { prompt, script, sampling, stream } = options;
  const excluded = script.unit === 'word' ? [UNKNOWN, BEGIN] : [UNKNOWN, BEGIN, END];
  let { logits, states } = await readAll(network, prompt.tokens);
  let before = prompt.tokens.at(-1)!;
  for (;;) {
    const token = chooseToken(logits, { sampling, excluded, stream });
    yield textOf(token, { before, script });
    ({ logits, states } = await next(network, Int32Array.of(token), states));
    before = token;
  }
}

/** A token as it stands after another one. */
function textOf(token: number, { before, script }: { before: number; script: Script }): string {
  const text = script.vocabulary.tokenOf(token) ?? '\n';
  const isWithin = script.unit === 'word' && token !== END && before !== END;
  return isWithin ? ` ${text}` : text;
}

async function readAll(network: SequenceModel, tokens: Int32Array) {
  let read = await next(network, tokens.subarray(0, TIMESTEPS), undefined);
  for (let start = TIMESTEPS; start < tokens.length; start += TIMESTEPS) {
    read = await next(network, tokens.subarray(start, start + TIMESTEPS), read.states);
  }
  return read;
}

/** What is expected after these tokens, float32 [classes]. */
async function next(
  network: SequenceModel,
  data: Int32Array,
  states: States | undefined,
): Promise<{ logits: Float32Array; states: States }> {
  const timesteps = data.length;
  const batch = { kind: 'tokens', data, lengths: Int32Array.of(timesteps), timesteps } as const;
  const run = await network.run(batch, states);
  return {
    logits: run.logits.subarray((run.logits.length / timesteps) * (timesteps - 1)),
    states: run.states,
  };
}
