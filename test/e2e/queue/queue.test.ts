import { chmod, link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../support/batch-fixture.js';
import { clipstep } from '../../support/cli.js';
import { canListProcesses } from '../../support/processes.js';
import { canStartRedis, startRedis } from '../../support/redis.js';
import { makeSlowFfmpeg } from '../../support/slow-ffmpeg.js';
import { startWorker } from '../../support/workers.js';
import { rowsOf, useBatchFixture } from '../batch/fixture.js';
import { useQueue } from './fixture.js';

describe.skipIf(!canStartRedis)('work on a queue', () => {
  const { fixture, batch } = useBatchFixture();
  const { queue, jobOf, enqueue, status } = useQueue();

  /** `clipstep work` with the model of the fixture. */
  const workerOf = (name: string, out: string, ...more: string[]) => [
    ...jobOf(name),
    ...['--model', fixture.model, '--out', out],
    ...more,
  ];

  async function clipsOf(name: string, names: readonly string[]): Promise<string> {
    const folder = join(fixture.root, name);
    await mkdir(folder);
    for (const clip of names) await link(join(fixture.root, 'one.mp4'), join(folder, clip));
    return folder;
  }

  it('makes the rows of a plain batch, by two workers, and says how far it is', async () => {
    const [plain, parts, out] = ['plain.jsonl', 'parts', 'all.parquet'].map((name) =>
      join(fixture.root, name),
    ) as [string, string, string];
    await batch(fixture.clips, ['--out', plain, '--top', '1']);
    await enqueue(fixture.clips, 'job', ['--model', fixture.model, '--chunk', '3']);
    expect(await status('job')).toMatchObject({ clips: 29, left: 29, isDone: false, workers: 0 });
    const workers = [1, 2].map(() => startWorker(workerOf('job', parts, '--top', '1')));
    for (const { ended } of workers) expect([0, 3]).toContain((await ended).code);
    expect(await status('job')).toMatchObject({ left: 0, isDone: true });
    expect((await clipstep(['merge', parts, '--out', out])).code).toBe(3);
    const back = join(fixture.root, 'back.jsonl');
    await clipstep(['merge', out, '--out', back]);
    expect(await readRows(back)).toEqual(await readRows(plain));
  });

  it.skipIf(!canListProcesses)('gives up a clip that ends its worker twice, and no other', async () => {
    const clips = await clipsOf('deadly', ['a.mp4', 'poison.mp4', 'z.mp4']);
    const ffmpeg = join(fixture.root, 'deadly-ffmpeg');
    // The launcher starts it, and the worker the launcher.
    const kill = 'kill -9 "$(cut -d " " -f 4 "/proc/$PPID/stat")"';
    await writeFile(
      ffmpeg,
      `#!/bin/sh\ncase "$*" in *poison*) ${kill};; esac\nexec '${ffmpegPackage.path}' "$@"\n`,
    );
    await chmod(ffmpeg, 0o755);
    await enqueue(clips, 'deadly', ['--model', fixture.model]);
    const parts = join(fixture.root, 'deadly-parts');
    const args = workerOf('deadly', parts, '--lock', '1');
    for (let death = 0; death < 2; death++) {
      expect((await startWorker(args, { CLIPSTEP_FFMPEG: ffmpeg }).ended).code).toBeNull();
    }
    expect((await startWorker(args, { CLIPSTEP_FFMPEG: ffmpeg }).ended).code).toBe(3);
    const out = join(fixture.root, 'deadly.jsonl');
    await clipstep(['merge', parts, '--out', out]);
    const rows = await rowsOf(out);
    expect(rows.map(({ id, error }) => [id, error?.code])).toEqual([
      ['a.mp4', undefined],
      ['poison.mp4', 'killed'],
      ['z.mp4', undefined],
    ]);
    expect(rows[1]!.error.message).toContain('its worker ended 2 times');
  });

  it('ends where the queue is lost, and adds only what is lacking when it is given again', async () => {
    const clips = await clipsOf(
      'flushed',
      Array.from({ length: 20 }, (_, index) => `${index}.mp4`),
    );
    const slow = await makeSlowFfmpeg(fixture.root);
    await slow.delay(0.2);
    const parts = join(fixture.root, 'flushed-parts');
    await enqueue(clips, 'flushed', ['--model', fixture.model, '--chunk', '1']);
    const again = await enqueue(clips, 'flushed', ['--model', fixture.model]);
    expect(again.stderr).toContain('The job flushed at');
    const worker = startWorker(workerOf('flushed', parts, '--jobs', '1'), { CLIPSTEP_FFMPEG: slow.path });
    await expect.poll(async () => (await status('flushed')).left, { timeout: 60_000 }).toBeLessThan(15);
    const redis = new Redis(queue.address);
    await redis.flushall();
    await redis.quit();
    const { code, stderr } = await worker.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('The job flushed is no more');
    const [part] = (await readdir(parts)).filter((name) => name.endsWith('.jsonl'));
    const done = (await readFile(join(parts, part!), 'utf8')).trimEnd().split('\n').length;
    const added = await enqueue(clips, 'flushed', ['--model', fixture.model, '--out', parts]);
    expect(added.stdout).toContain(`${20 - done} clips in`);
    expect(added.stdout).toContain(`${done} have a row already`);
    await slow.delay(0);
    const second = startWorker(workerOf('flushed', parts), { CLIPSTEP_FFMPEG: slow.path });
    expect((await second.ended).code).toBe(0);
    const out = join(fixture.root, 'flushed.jsonl');
    const merged = await clipstep(['merge', parts, '--out', out, '--list', clips]);
    expect(merged).toMatchObject({ code: 0, stdout: expect.stringContaining('20 clips') });
  });

  it('gives the clips back when it is interrupted', async () => {
    const clips = await clipsOf('interrupted', ['a.mp4', 'b.mp4', 'c.mp4']);
    const slow = await makeSlowFfmpeg(fixture.root);
    await slow.delay(3);
    const parts = join(fixture.root, 'interrupted-parts');
    await enqueue(clips, 'interrupted', ['--model', fixture.model]);
    const worker = startWorker(workerOf('interrupted', parts), { CLIPSTEP_FFMPEG: slow.path });
    await expect.poll(async () => (await status('interrupted')).chunks.active, { timeout: 60_000 }).toBe(1);
    worker.child.kill('SIGINT');
    expect((await worker.ended).code).toBe(130);
    expect((await status('interrupted')).chunks).toEqual({ waiting: 1, active: 0, failed: 0 });
  });

  it('refuses a worker with another model, and one without a job', async () => {
    const clips = await clipsOf('other', ['a.mp4']);
    await enqueue(clips, 'other', ['--model', fixture.model]);
    const parts = join(fixture.root, 'other-parts');
    const other = await startWorker([...jobOf('other'), '--model', 'motion', '--out', parts]).ended;
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The job other is for the model'),
    });
    const none = await startWorker(workerOf('nothing', parts)).ended;
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('has no job nothing') });
  });

  it.each<[string, string[], RegExp]>([
    [
      'throws keys away',
      ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'],
      /throws keys away when it is full \(maxmemory-policy allkeys-lru\)/,
    ],
    ['is full', ['--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'], /is full: it has \d+ bytes/],
    ['asks for a password', ['--requirepass', 'secret'], /does not answer: NOAUTH|NOAUTH/],
  ])('refuses a Redis that %s', async (_, args, problem) => {
    const redis = await startRedis(args);
    const { code, stderr } = await clipstep([
      ...['enqueue', fixture.clips, '--model', fixture.model],
      ...['--queue', redis.address, '--name', 'job'],
    ]);
    await redis.release();
    expect(stderr).toMatch(problem);
    expect(code).toBe(1);
  });

  it('says where no Redis answers, and what is no address, without a password', async () => {
    const away = await clipstep(['status', '--queue', 'redis://:secret@127.0.0.1:1', '--name', 'job']);
    expect(away.stderr).toMatch(/The Redis at redis:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/);
    expect(away.stderr).not.toContain('secret');
    const strange = await clipstep(['status', '--queue', 'http://host', '--name', 'job']);
    expect(strange.stderr).toContain('is no address of a Redis');
    const name = await clipstep(['status', '--queue', queue.address, '--name', 'a:b']);
    expect(name.stderr).toContain("a:b cannot be a job's name");
  });
});
