import { basename, extname } from 'node:path';
import { counted } from '../platform/counted.js';

/** Pictures of formats that are not read, counted by the endings of their names. */
export class UnreadPictures {
  readonly #kinds = new Map<string, { count: number; first: string }>();

  add(path: string): void {
    const ending = extname(path).toLowerCase();
    const kind = this.#kinds.get(ending) ?? { count: 0, first: basename(path) };
    kind.count += 1;
    this.#kinds.set(ending, kind);
  }

  /** A sentence for each format that was found. */
  sentences(): string[] {
    return [...this.#kinds].map(([ending, { count, first }]) => {
      const example = count > 1 ? `, such as ${first},` : ` (${first})`;
      return `It holds ${counted(count, `${ending} picture`)}${example} in a format that is not read here.`;
    });
  }
}

/** What to do with them. */
export const UNREAD_FIX = 'Save the pictures as PNG or JPEG.';
