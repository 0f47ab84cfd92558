/** A count with its noun: 1 clip, 2 clips. @param plural where it is not the noun with an s. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** The same of a noun that is given in the plural, with an s. */
export const countedOf = (count: number, plural: string): string =>
  counted(count, plural.replace(/s$/, ''), plural);
