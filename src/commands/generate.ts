import { Command, Option } from 'commander';
import { loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { messageOf, UserError } from '../errors.js';
import { printable, printableLines } from '../platform/printable.js';
import { readRegularFile } from '../platform/regular-file.js';
import { findShipped } from '../platform/shipped.js';
import { type Generated, generate } from '../predict/generate/generate.js';
import { type Verbatim, verbatim } from '../predict/generate/verbatim.js';
import { engineOption, numberWithin, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';

interface Flags {
  readonly model: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly length: number;
  readonly stop?: string;
  readonly samples: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly greedy?: boolean;
  readonly seed: number;
  readonly compareWith?: string;
  readonly json?: boolean;
  readonly engine: 'auto' | EngineName;
}

/** `clipstep generate` */
export function generateCommand(): Command {
  return new Command('generate')
    .description('write text with a language model')
    .requiredOption(
      '-m, --model <model>',
      'folder of a trained language model, or the name of one that ships',
    )
    .addOption(
      new Option('-p, --prompt <text>', 'what the text continues (default: the start of a line)').conflicts(
        'promptFile',
      ),
    )
    .option('--prompt-file <file>', 'the same, from a file in UTF-8')
    .option(
      '-n, --length <tokens>',
      'longest text in tokens: characters or words, as the model has them',
      wholeNumber(1),
      500,
    )
    .option('--stop <text>', 'end a text before this would appear')
    .option('--samples <count>', 'number of texts, each drawn afresh from the same prompt', wholeNumber(1), 1)
    .option(
      '--temperature <number>',
      'below 1 makes likely tokens likelier and the text safer, above 1 makes it wilder (default: 1)',
      numberWithin(0, 100),
    )
    .option(
      '--top-k <count>',
      'draw from this many of the likeliest tokens; 1 is the same as --greedy',
      wholeNumber(1),
    )
    .option(
      '--top-p <share>',
      'draw from the fewest tokens that together are this likely, such as 0.9',
      numberWithin(0, 1),
    )
    .option('--greedy', 'always take the likeliest token; the text soon repeats itself')
    .option('--seed <number>', 'the same seed writes the same texts', wholeNumber(0), 1)
    .option('--compare-with <file>', 'say how much of the result is in that text word for word')
    .option('--json', 'print a line of JSON for each text when it is whole')
    .addOption(engineOption())
    .action(async (flags: Flags) => {
      const texts = await interruptible((signal) => write(flags, signal));
      if (flags.compareWith === undefined || flags.json) return;
      console.error(
        verbatimText(verbatim(texts.join('\n'), await readText(flags.compareWith)), flags.compareWith),
      );
    });
}

/** @returns the texts. */
async function write(flags: Flags, signal: AbortSignal): Promise<string[]> {
  const { model, promptFile, compareWith, json, ...options } = flags;
  const prompt = promptFile === undefined ? flags.prompt : await readText(promptFile);
  const source = compareWith === undefined ? null : await readText(compareWith);
  const bundle = await loadBundle(await findShipped('model', model));
  const texts: string[] = [];
  let unknown: readonly string[] = [];
  for await (const part of generate(bundle, { ...options, prompt, signal })) {
    if (part.kind === 'unknown') unknown = part.tokens;
    else if (part.kind === 'text') texts[part.sample] = (texts[part.sample] ?? '') + part.text;
    if (!json) show(part, flags);
    else if (part.kind === 'end') console.log(JSON.stringify(row(part, { texts, prompt, unknown, source })));
  }
  return texts;
}

function show(part: Generated, { samples }: Flags): void {
  switch (part.kind) {
    case 'unknown':
      console.error(
        `The model does not know these, and reads each as its unknown token: ${part.tokens.map(printable).join(' ')}`,
      );
      break;
    case 'text':
      process.stdout.write(printableLines(part.text));
      break;
    case 'end':
      process.stdout.write(part.sample + 1 < samples ? `\n${SEPARATOR}\n` : '\n');
  }
}

/** Between texts. */
const SEPARATOR = '-'.repeat(20);

function row(
  { sample, tokens, by }: Extract<Generated, { kind: 'end' }>,
  given: {
    texts: readonly string[];
    prompt: string | undefined;
    unknown: readonly string[];
    source: string | null;
  },
): object {
  const { texts, prompt = '', unknown, source } = given;
  const text = texts[sample] ?? '';
  const copied = source === null ? undefined : verbatim(text, source);
  return { sample, prompt, text, tokens, endedBy: by, unknown, verbatim: copied };
}

function verbatimText({ words, copied, run, longest }: Verbatim, file: string): string {
  return `Of ${words} words, ${copied} are in ${printable(file)} word for word, in runs of ${run} words or more; the longest run has ${longest}.`;
}

async function readText(path: string): Promise<string> {
  const bytes = await readRegularFile(path).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give the path of a text file.',
      cause,
    });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('usage', {
      problem: `${path} is not UTF-8.`,
      fix: 'Convert it, for example with `iconv -f windows-1252 -t utf-8`.',
      cause,
    });
  }
}
