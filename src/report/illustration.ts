import type { Illustration } from '../inputs/input-kind.js';
import { type InputSettings, inputOf } from '../inputs/input-kinds.js';
import type { ReadableExample } from '../inputs/sequence-reader.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';

/**
 * What a network saw of an example.
 *
 * @returns null when the example cannot be read any more.
 * @throws UserError `aborted`, and what is missing on this machine.
 */
export async function readIllustration(
  example: ReadableExample,
  { input, signal }: { input: InputSettings; signal?: AbortSignal | undefined },
): Promise<Illustration | null> {
  try {
    return await inputOf(input).illustrate(example, { signal });
  } catch (error) {
    if (!isFailureOfInput(error)) throw error;
    return null;
  }
}
