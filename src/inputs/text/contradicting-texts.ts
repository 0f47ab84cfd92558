import type { Contradiction, Surroundings } from '../input-kind.js';
import type { TextInput } from './text-schema.js';

/** Where a pipeline that reads texts asks for what only vectors allow. */
export function contradictingTexts(
  { unit, boundaries }: TextInput,
  { training }: Surroundings,
): Contradiction[] {
  const found: Contradiction[] = [];
  if (boundaries !== undefined && unit !== 'word') {
    const message = 'must be left out when input.unit is character: characters end by themselves';
    found.push({ path: ['input', 'boundaries'], message });
  }
  const at = (name: string, message: string) => found.push({ path: ['training', name], message });
  if (training.mixup !== undefined) {
    at('mixup', 'must be left out when input.kind is text: there is nothing between two tokens');
  }
  if (training.standardize) {
    at('standardize', 'must be left out when input.kind is text: vectors of tokens are trained themselves');
  }
  return found;
}
