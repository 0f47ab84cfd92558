import type { Contradiction, Surroundings } from '../input-kind.js';
import type { TextInput } from './text-schema.js';

/** Where a pipeline that reads texts asks for what only vectors allow. */
export function contradictingTexts(
  { unit, boundaries, sentences }: TextInput,
  { recurrent, training }: Surroundings,
): Contradiction[] {
  const found: Contradiction[] = [];
  const at = (path: string[], message: string) => found.push({ path, message });
  if (boundaries !== undefined && unit !== 'word') {
    at(
      ['input', 'boundaries'],
      'must be left out when input.unit is character: characters end by themselves',
    );
  }
  if (training.mixup !== undefined) {
    at(
      ['training', 'mixup'],
      'must be left out when input.kind is text: there is nothing between two tokens',
    );
  }
  if (training.standardize) {
    at(
      ['training', 'standardize'],
      'must be left out when input.kind is text: vectors of tokens are trained themselves',
    );
  }
  if (sentences && !recurrent.upper) {
    at(
      ['recurrent', 'upper'],
      'must be given with input.sentences: it is what reads sentence after sentence',
    );
  }
  if (sentences && recurrent.segment !== undefined) {
    at(['recurrent', 'segment'], 'must be left out with input.sentences: these are the segments');
  }
  return found;
}
