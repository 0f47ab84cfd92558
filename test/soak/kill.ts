import { deepStrictEqual } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRows, writeBatchFixture } from '../support/batch-fixture.js';
import { clipstep } from '../support/cli.js';
import { runAndKill } from '../support/killed-batch.js';

/** Copies of the fixture's clips: enough that one run takes longer than it is left to live. */
const COPIES = 12;

/** @param kills in all; a batch that has finished meanwhile is begun anew. */
export async function soakKills(kills: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-soak-'));
  try {
    const fixture = await writeBatchFixture(root, COPIES);
    const whole = join(root, 'whole.jsonl');
    await clipstep(['batch', fixture.clips, '--model', fixture.model, '--out', whole]);
    const expected = await readRows(whole);
    for (let done = 0, round = 1; done < kills; round++) {
      const out = join(root, `killed${round}.jsonl`);
      const { killed } = await runAndKill({ ...fixture, out, kills: kills - done, seed: round });
      deepStrictEqual(await readRows(out), expected);
      done += killed;
      console.log(`Killed ${killed} times, then finished: all ${expected.length} rows as undisturbed`);
    }
  } finally {
    await rm(root, { recursive: true });
  }
}
