import { type Command, Option } from 'commander';
import { UserError } from '../errors.js';
import type { Windowing } from '../predict/batch/windows.js';
import { numberWithin } from './flags.js';

/** How clips are cut into windows, and which of these are joined. */
export interface WindowFlags {
  readonly window?: number;
  readonly stride?: number;
  readonly enter?: number;
  readonly leave?: number;
}

/** A day: no clip is or takes longer. */
export const LONGEST_SECONDS = 86_400;

/** The flags of windows, the same for every command that may cut clips into them. */
export function withWindowOptions(command: Command): Command {
  const seconds = numberWithin(0.1, LONGEST_SECONDS);
  return command
    .option('--window <seconds>', 'classify windows of this length, a row each', seconds)
    .option(
      '--stride <seconds>',
      'seconds from the start of one window to the next (default: --window)',
      seconds,
    )
    .addOption(enterOption('--min-probability'))
    .addOption(leaveOption());
}

/** `--enter`, the same for every command that joins windows. @param usual what it is when absent, in words. */
export const enterOption = (usual: string) =>
  new Option(
    '--enter <probability>',
    `of windows: a class begins where it is at least as probable as this (default: ${usual})`,
  ).argParser(numberWithin(0, 1));

/** `--leave`, likewise. */
export const leaveOption = (usual = '--enter') =>
  new Option(
    '--leave <probability>',
    `of windows: a class goes on as long as it is at least as probable as this (default: ${usual})`,
  ).argParser(numberWithin(0, 1));

/** What the flags say of windows; null where there are none. @throws UserError `usage`. */
export function windowingOf({ window, stride, enter, leave }: WindowFlags): Windowing | null {
  if (window !== undefined) {
    return refuseBackwards({ windowSeconds: window, strideSeconds: stride ?? window, enter, leave });
  }
  const alone = Object.entries({ '--stride': stride, '--enter': enter, '--leave': leave });
  const given = alone.flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (given.length === 0) return null;
  throw new UserError('usage', {
    problem: `${given.join(' and ')} is about windows, but there are no windows.`,
    fix: 'Give --window with a number of seconds, too.',
  });
}

/** @throws UserError `usage` for a class that would have to be more probable to go on than to begin. */
export function refuseBackwards<T extends Pick<Windowing, 'enter' | 'leave'>>(windowing: T): T {
  const { enter = 1, leave = 0 } = windowing;
  if (leave <= enter) return windowing;
  throw new UserError('usage', {
    problem: `--leave ${leave} is above --enter ${enter}: what has begun would end at once.`,
    fix: 'Give a --leave that is at most as high as --enter.',
  });
}
