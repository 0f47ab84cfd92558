import { Command } from 'commander';
import { loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { printable } from '../platform/printable.js';
import { findShipped } from '../platform/shipped.js';
import { linesIn, linesOf } from '../predict/read-lines.js';
import { DEFAULT_BEAM, type Translation, translate } from '../predict/translate/translate.js';
import { encodingOption, engineOption, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';

interface Flags {
  readonly model: string;
  readonly file?: string;
  readonly beam: number;
  readonly json?: boolean;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
}

/** `clipstep translate` */
export function translateCommand(finish: (exitCode: number) => void): Command {
  return new Command('translate')
    .description('translate texts, or answer them, with a model that was trained on pairs')
    .argument('[texts...]', 'texts to translate; where neither they nor --file are given, the lines of stdin')
    .requiredOption('-m, --model <folder>', 'folder of a trained translation model')
    .option('-f, --file <file>', 'translate each line of a file')
    .option(
      '--beam <count>',
      'translations that are followed side by side, the most probable of which is taken; 1 is quickest',
      wholeNumber(1),
      DEFAULT_BEAM,
    )
    .option('--json', 'print a line of JSON for each text')
    .addOption(encodingOption())
    .addOption(engineOption())
    .action(async (texts: string[], flags: Flags, command: Command) => {
      if (texts.length === 0 && flags.file === undefined && process.stdin.isTTY) {
        command.help({ error: true });
      }
      const failures = await interruptible((signal) => run(texts, flags, signal));
      if (failures > 0) finish(1);
    });
}

/** @returns how many texts were not translated. */
async function run(texts: readonly string[], flags: Flags, signal: AbortSignal): Promise<number> {
  const { beam, engine, json } = flags;
  const given = givenTexts(texts, flags);
  const bundle = await loadBundle(await findShipped('model', flags.model));
  let failures = 0;
  for await (const translation of translate(bundle, given, { beam, engine, signal })) {
    if (translation.kind === 'failed') failures += 1;
    if (json) console.log(JSON.stringify(row(translation)));
    else show(translation);
  }
  return failures;
}

function givenTexts(
  texts: readonly string[],
  { file, encoding }: Flags,
): Iterable<string> | AsyncIterable<string> {
  if (file !== undefined && texts.length > 0) {
    throw new UserError('usage', {
      problem: 'Texts are given, and --file as well.',
      fix: 'Give either texts or a file with one a line.',
    });
  }
  if (file !== undefined) return linesAsTexts(linesOf(file, encoding));
  return texts.length > 0 ? texts : linesAsTexts(linesIn(process.stdin, { name: 'stdin', encoding }));
}

/** A line for each text, so that an empty one has its own. */
async function* linesAsTexts(lines: ReturnType<typeof linesOf>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) {
    if (!('error' in line)) yield line.text;
    else if (line.error.code === 'empty') yield '';
    else throw line.error;
  }
}

function show(translation: Translation): void {
  if (translation.kind === 'failed') {
    console.log('');
    console.error(translation.error.message);
    return;
  }
  const { text, unknown } = translation;
  console.log(printable(text));
  if (unknown.length > 0) console.error(`Unknown to the model: ${unknown.map(printable).join(' ')}`);
}

function row(translation: Translation): object {
  const { source } = translation;
  if (translation.kind === 'failed') {
    const { code, problem, fix } = translation.error;
    return { source, error: { code, problem, fix } };
  }
  const { text, tokens, score, unknown } = translation;
  return { source, translation: text, tokens, score, unknown };
}
