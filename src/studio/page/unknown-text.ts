import type { UnknownReason } from '../messages.js';

/** Why a model names no class. */
export const unknownText = (reason: UnknownReason): string =>
  reason === 'unlike' ? 'unlike anything it learned from' : 'too unsure to say';
