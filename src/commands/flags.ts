import { InvalidArgumentError, Option } from 'commander';
import type { EngineName } from '../engine/engine.js';

/** `--engine`, the same for every command that computes. */
export const engineOption = () =>
  new Option('--engine <name>', 'what computes; auto picks the embedded engine wherever it can do the work')
    .choices(['auto', 'onnx', 'tensorflow'] satisfies Array<'auto' | EngineName>)
    .default('auto');

/** Parses a flag's whole number, at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${minimum}.`);
  };
}
