// How figures and answers are worded. Without browser types, so that tests can read it, too.
import type { UnknownReason } from '../../tasks/classification/answer.js';

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

export const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** A time as people say it: exact to what matters. */
export function duration(value: number): string {
  if (value < 10) return `${Math.max(1, Math.round(value))} s`;
  if (value < 90) return `${Math.round(value / 5) * 5} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  return `${(value / 3600).toFixed(1)} h`;
}

/** Why a model names no class. */
export const unknownText = (reason: UnknownReason): string =>
  reason === 'unlike' ? 'unlike anything it learned from' : 'too unsure to say';
