import type { Bundle } from '../../bundle/bundle.js';
import type { EngineName } from '../../engine/engine.js';
import { selectEngine } from '../../engine/select.js';
import { UserError } from '../../errors.js';
import { tokenizerOf } from '../../inputs/text/tokenizer.js';
import { vocabularyOf } from '../../inputs/text/vocabulary.js';
import { requireCommand } from '../../tasks/commands.js';
import { type Translated, type Translator, translateTexts } from './translator.js';

export interface TranslateOptions {
  /** Translations that are followed side by side, of which the most probable one is taken; 5 when absent. */
  readonly beam?: number | undefined;
  readonly engine?: 'auto' | EngineName | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Translation =
  | ({ readonly kind: 'translation'; readonly source: string } & Translated)
  /** A text without a token. */
  | { readonly kind: 'failed'; readonly source: string; readonly error: UserError };

export const DEFAULT_BEAM = 5;

/** Texts that are read before any of them is translated: so many that those of like length are found among them. */
const READ_TOGETHER = 256;

/**
 * Translates texts with a translation model, in their order.
 *
 * @throws UserError `usage` for a model that does not translate, and a beam out of range; `engine_unavailable`; `aborted`.
 */
export async function* translate(
  bundle: Bundle,
  texts: Iterable<string> | AsyncIterable<string>,
  { beam = DEFAULT_BEAM, engine: engineName = 'auto', signal }: TranslateOptions = {},
): AsyncGenerator<Translation, void, undefined> {
  requireCommand('translate', { name: bundle.folder, pipeline: bundle.manifest.pipeline });
  requireBeam(beam);
  const { engine } = await selectEngine(engineName);
  const model = await engine.loadTranslationModel(bundle.networks.recurrent, bundle.members[0]!);
  const translator = { ...languagesOf(bundle), model };
  try {
    let waiting: string[] = [];
    for await (const text of texts) {
      waiting.push(text);
      if (waiting.length < READ_TOGETHER) continue;
      yield* all(translator, waiting, { beam, signal });
      waiting = [];
    }
    yield* all(translator, waiting, { beam, signal });
  } finally {
    await model.release();
  }
}

/** The settings and vocabularies of a translation model. */
export function languagesOf({ manifest }: Bundle): Omit<Translator, 'model'> {
  const { pipeline, vocabulary, sourceVocabulary } = manifest;
  const { input: settings, name } = pipeline;
  if (settings.kind !== 'text' || !vocabulary || !sourceVocabulary)
    throw new Error(`${name} does not translate`);
  const vocabularies = { source: vocabularyOf(sourceVocabulary), target: vocabularyOf(vocabulary) };
  return { settings, vocabularies };
}

/** @throws UserError `usage`. */
export function requireBeam(beam: number): void {
  if (Number.isSafeInteger(beam) && beam >= 1 && beam <= MOST_BEAM) return;
  throw new UserError('usage', {
    problem: `The beam is ${beam}.`,
    fix: `Give a whole number from 1 to ${MOST_BEAM}.`,
  });
}

const MOST_BEAM = 100;

async function* all(
  translator: Translator,
  texts: readonly string[],
  options: { beam: number; signal: AbortSignal | undefined },
): AsyncGenerator<Translation, void, undefined> {
  const { tokenize } = tokenizerOf(translator.settings);
  const isThere = texts.map((text) => tokenize(text).length > 0);
  const translated = await translateTexts(
    translator,
    texts.filter((_, place) => isThere[place]),
    options,
  );
  let next = 0;
  for (const [place, source] of texts.entries()) {
    if (isThere[place]) yield { kind: 'translation', source, ...translated[next++]! };
    else yield { kind: 'failed', source, error: empty() };
  }
}

function empty(): UserError {
  return new UserError('empty', {
    problem: 'An empty text cannot be translated.',
    fix: 'Give a text with a character in it that is no white space.',
  });
}
