/** One of several machines' parts of a batch. */
export interface Shard {
  /** 1 to count. */
  readonly index: number;
  readonly count: number;
}

/** By name and not by place, so that a clip stays in its shard when others come or go. */
export function isInShard(id: string, { index, count }: Shard): boolean {
  return hashOf(id) % count === index - 1;
}

/**
 * 32 bits: FNV-1a (Fowler, Noll and Vo) over the name's code units, mixed as MurmurHash3 ends. A digest of cryptography
 * takes ten times as long, which counts where a few of a million names are wanted.
 */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
