import { sameValues } from '../tensors/same-values.js';
import type { Tensor, Weights } from '../tensors/tensor.js';

/**
 * The tensors of a model's file. What all members share is in it once, such as the frozen encoder of an
 * ensemble; what differs goes by `member.<index>.<name>`.
 */
export function packMembers(members: readonly Weights[]): Weights {
  const [first = new Map<string, Tensor>()] = members;
  const packed: Array<[string, Tensor]> = [];
  for (const [name, tensor] of first) {
    const tensors = members.map((member) => member.get(name)!);
    const isShared = tensors.every((other) => sameValues(other, tensor));
    for (const [index, own] of tensors.entries()) {
      if (!isShared) packed.push([ownName(index, name), own]);
      else if (index === 0) packed.push([name, own]);
    }
  }
  return new Map(packed);
}

/** The members' weights again; tensors that they share are the same objects. */
export function unpackMembers(packed: Weights, count: number): Weights[] {
  const shared = [...packed].filter(([name]) => !name.startsWith(OWN));
  return Array.from({ length: count }, (_, index) => {
    const prefix = ownName(index, '');
    const own = [...packed].filter(([name]) => name.startsWith(prefix));
    return new Map([
      ...shared,
      ...own.map(([name, tensor]): [string, Tensor] => [name.slice(prefix.length), tensor]),
    ]);
  });
}

/** A tensor of a member that is not there, or of one that also is in the part that all share. */
export function strayOwnTensor(packed: Weights, count: number): string | undefined {
  return [...packed.keys()].find((key) => {
    const [, index, name] = OWN_NAME.exec(key) ?? [];
    return index !== undefined && (Number(index) >= count || packed.has(name!));
  });
}

const OWN = 'member.';
const OWN_NAME = /^member\.(\d+)\.(.*)$/;
const ownName = (index: number, name: string): string => `${OWN}${index}.${name}`;
