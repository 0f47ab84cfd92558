/*
 * libvips keeps its warnings in one buffer for the whole process, which the end of any other operation empties, and which
 * others write to. Who has to know what it warned of lets it work by itself.
 */

const underWay = new Set<Promise<unknown>>();
let alone: Promise<unknown> | null = null;

/** Work of libvips whose warnings do not matter; all but workAlone's goes on at once. */
export async function workBeside<T>(work: () => Promise<T>): Promise<T> {
  // Nothing may come between the last look and what follows.
  while (alone) await settled(alone);
  const run = work();
  underWay.add(run);
  try {
    return await run;
  } finally {
    underWay.delete(run);
  }
}

/** Work that begins when all other has ended, and ends before other begins. */
export async function workAlone<T>(work: () => Promise<T>): Promise<T> {
  while (alone) await settled(alone);
  const others = [...underWay];
  const run = Promise.allSettled(others).then(work);
  alone = run;
  try {
    return await run;
  } finally {
    alone = null;
  }
}

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);
