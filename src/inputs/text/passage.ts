import type { Passage } from '../input-kind.js';
import { cutText } from './cut-text.js';
import type { TextInput } from './text-schema.js';

/** What stands in a report for the markers before and after a text. */
const MARKS = { begin: '⟨', end: '⟩' };

/** A text as a network reads it: a piece for every timestep, markers included. */
export function passageOf(settings: TextInput, text: string): Passage {
  const parts = cutText(settings, text);
  const between = settings.unit === 'word' ? ' ' : '';
  if (!settings.sentences) {
    return { kind: 'passage', pieces: [MARKS.begin, ...parts.flat(), MARKS.end], between };
  }
  return { kind: 'passage', pieces: parts.flat(), between, sentences: parts.map(({ length }) => length) };
}
