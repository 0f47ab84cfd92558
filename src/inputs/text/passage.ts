import type { Passage } from '../input-kind.js';
import type { TextInput } from './text-schema.js';
import { tokenizerOf } from './tokenizer.js';

/** What stands in a report for the markers before and after a text. */
const MARKS = { begin: '⟨', end: '⟩' };

/** A text as a network reads it: a piece for every timestep, markers included. */
export function passageOf(settings: TextInput, text: string): Passage {
  const tokens = tokenizerOf(settings).tokenize(text).slice(0, settings.longest);
  const between = settings.unit === 'word' ? ' ' : '';
  return { kind: 'passage', pieces: [MARKS.begin, ...tokens, MARKS.end], between };
}
