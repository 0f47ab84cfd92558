import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows, writeBatchFixture } from '../../support/batch-fixture.js';
import { clipstep } from '../../support/cli.js';
import { canStartRedis } from '../../support/redis.js';
import { workInChaos } from '../../support/workers.js';
import { useBatchFixture } from '../batch/fixture.js';
import { useQueue } from './fixture.js';

describe.skipIf(!canStartRedis)('workers that are killed and stopped at random', () => {
  const { fixture, batch } = useBatchFixture();
  const { jobOf, enqueue, status } = useQueue();

  it('make the rows of a plain batch together, each clip once', async () => {
    const { model, clips } = await writeBatchFixture(join(fixture.root, 'many'), 25);
    const plain = join(fixture.root, 'plain.jsonl');
    await batch(clips, ['--out', plain, '--model', model]);
    const parts = join(fixture.root, 'parts');
    const added = await enqueue(clips, 'chaos', ['--model', model, '--chunk', '4']);
    expect(added.stdout).toContain('chaos: 205 clips in 52 chunks');
    const ends = await workInChaos({
      args: [
        ...jobOf('chaos'),
        ...['--model', model, '--out', parts, '--jobs', '1'],
        // What is killed at random is no clip's fault.
        ...['--lock', '2', '--give-up-after', '100'],
      ],
      workers: 3,
      kills: 6,
      stops: 3,
      stopSeconds: 5,
      seed: 1,
    });
    // Some clips are broken, of which 3 says so.
    for (const { code, stderr } of ends) expect([0, 3], stderr).toContain(code);
    expect(await status('chaos')).toMatchObject({ isDone: true, left: 0 });
    const out = join(fixture.root, 'merged.jsonl');
    const merged = await clipstep(['merge', parts, '--out', out, '--list', clips]);
    expect(merged.stdout).not.toContain('no row');
    expect(await readRows(out)).toEqual(await readRows(plain));
  });
});
