import type { Contradiction, Surroundings } from './input-kind.js';

/** What a pipeline must not ask for where there is no encoder. @param kind of the input. */
export function withoutEncoder(kind: string, { training, finetune, distil }: Surroundings): Contradiction[] {
  const found: Contradiction[] = [];
  if (training.augmentation) {
    const message = `must be left out when input.kind is ${kind}: only frames are augmented`;
    found.push({ path: ['training', 'augmentation'], message });
  }
  if (training.train === 'everything' || finetune) {
    const message = `must be recurrent, without finetune, when input.kind is ${kind}: there is no encoder`;
    found.push({ path: ['training', 'train'], message });
  }
  if (distil) {
    const message = `must be left out when input.kind is ${kind}: there is no encoder`;
    found.push({ path: ['distil'], message });
  }
  return found;
}
