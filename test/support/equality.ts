import { expect } from 'vitest';

/** Typed arrays of the same bytes are equal: vitest looks at number after number, a second for some pictures. */
expect.addEqualityTesters([
  (one: unknown, other: unknown) => {
    if (!ArrayBuffer.isView(one) || !ArrayBuffer.isView(other)) return undefined;
    const isSame = one.constructor === other.constructor && bytesOf(one).equals(bytesOf(other));
    // What differs is left to vitest, which says where.
    return isSame || undefined;
  },
]);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
