/**
 * What is classified: the path of a clip. For a model that reads texts, a text, or the path of a file with one a line.
 */
export type Given = string | { readonly text: string };

/** @throws TypeError for what is no list, such as a single path. */
export function requireList(inputs: readonly Given[]): void {
  if (!Array.isArray(inputs)) {
    throw new TypeError(`Inputs must be an array of paths, not ${kindOf(inputs)}. Put it into brackets.`);
  }
}

/** @throws TypeError for what is neither a path nor a text, such as the bytes of a clip; they are not printed. */
export function requireGiven(given: unknown): asserts given is Given {
  if (typeof given === 'string' || (isObject(given) && typeof given.text === 'string')) return;
  throw new TypeError(
    `An input must be a path, or a text as { text: '...' }, not ${kindOf(given)}. ` +
      'Write a clip to a file first: ffmpeg reads it from several places.',
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Such as `a Buffer of 17330 bytes`. */
function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `${withArticle(value.constructor.name)} of ${value.byteLength} bytes`;
  }
  if (isObject(value)) return withArticle(value.constructor?.name ?? 'Object');
  return value === undefined || value === null ? String(value) : withArticle(typeof value);
}

const withArticle = (name: string): string => `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
