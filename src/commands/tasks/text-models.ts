import { UserError } from '../../errors.js';
import { refuseFlags } from '../flags.js';
import type { EvaluateFlags } from './task-commands.js';

/** A task whose models know no classes. */
interface TextModel {
  /** Such as `a language model`. */
  readonly kind: string;
  /** What its data is, for people. */
  readonly layout: string;
}

/** @throws UserError `usage` for flags of `evaluate` that are for classes. */
export function refuseFlagsOfClasses({ kind }: TextModel, flags: Partial<EvaluateFlags>): void {
  refuseFlags(kind, {
    '--calibrate': flags.calibrate,
    '--describe': flags.describe,
    '--target-precision': flags.targetPrecision,
    '--min-probability': flags.minProbability,
    '--without-leaks': flags.withoutLeaks,
    '--max-distance': flags.maxDistance,
    '--outliers': flags.outliers,
    '--intervals': flags.intervals,
    '--window': flags.window,
    '--stride': flags.stride,
    '--enter': flags.enter,
    '--leave': flags.leave,
    '--out': flags.out,
  });
}

/** @throws UserError `usage` where `evaluate` was given no data. */
export function requireData(
  data: string | undefined,
  { model, kind, layout }: TextModel & { model: string },
): string {
  if (data !== undefined) return data;
  throw new UserError('usage', {
    problem: `${model} is ${kind}, and --data does not say which texts to score it on.`,
    fix: `Add --data PATH: ${layout}.`,
  });
}
