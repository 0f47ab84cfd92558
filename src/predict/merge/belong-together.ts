import { UserError } from '../../errors.js';
import { differencesOf } from '../batch/batch-settings.js';
import type { Part } from './part.js';

/** What parts may differ in: where each was listed, and which part of it it is. */
const APART = ['source', 'shard'] as const;

/**
 * Makes sure that parts are of one batch.
 *
 * @param parts at least one.
 * @returns which shards are not among them, counted from 1; none where the parts are no shards.
 * @throws UserError `settings_differ`.
 */
export function checkTogether(parts: readonly Part[]): number[] {
  const [first, ...others] = parts as [Part, ...Part[]];
  for (const other of others) {
    const lines = differencesOf([first.settings, other.settings], APART);
    if (lines.length === 0) continue;
    throw new UserError('settings_differ', {
      problem: `${other.path} was made with other settings than ${first.path}:\n${lines.join('\n')}`,
      fix: 'Merge parts of one batch; make this one anew with the settings of the others.',
    });
  }
  return absentShards(parts);
}

function absentShards(parts: readonly Part[]): number[] {
  const shards = parts.map(({ settings }) => settings.shard).filter((shard) => shard !== 'none');
  const counts = new Set(shards.map((shard) => Number(shard.split('/')[1])));
  if (counts.size > 1) {
    throw new UserError('settings_differ', {
      problem: `The parts are shards of different numbers: of ${[...counts].join(' and of ')}.`,
      fix: 'Merge the shards of one batch, or give --list, which says what clips there should be, for each batch alone.',
    });
  }
  const [count = 0] = counts;
  const present = new Set(shards.map((shard) => Number(shard.split('/')[0])));
  return Array.from({ length: count }, (_, index) => index + 1).filter((index) => !present.has(index));
}
