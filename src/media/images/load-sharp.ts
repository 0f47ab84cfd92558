import { messageOf, UserError } from '../../errors.js';
import { MEMORY_FIX, tellsOfLackOfMemory } from '../../platform/lack-of-memory.js';

type SharpModule = typeof import('sharp')['default'];

/** @throws UserError `missing_tool` where sharp's part for this system was not installed. */
export async function loadSharp(): Promise<SharpModule> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    if (tellsOfLackOfMemory(messageOf(cause))) {
      throw new UserError('missing_tool', {
        problem: 'Pictures can be neither read nor written: there is not enough memory to load sharp.',
        fix: MEMORY_FIX,
        cause,
      });
    }
    throw new UserError('missing_tool', {
      problem: `Pictures can be neither read nor written: sharp does not load. ${messageOf(cause).split('\n')[0]}.`,
      fix: 'Install again on this system, with its optional parts: `npm install --include=optional`.',
      cause,
    });
  }
}
