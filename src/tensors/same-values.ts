import type { Tensor } from './tensor.js';

/** Whether two tensors of one shape hold the same, bit by bit. */
export function sameValues(one: Tensor, other: Tensor): boolean {
  return one.data === other.data || Buffer.compare(bytesOf(one), bytesOf(other)) === 0;
}

const bytesOf = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
