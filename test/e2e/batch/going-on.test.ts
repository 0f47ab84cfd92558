import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { copyFile, cp, link, mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../support/batch-fixture.js';
import { projectFolder } from '../../support/cli.js';
import { runAndKill } from '../../support/killed-batch.js';
import { canListProcesses, processesNaming } from '../../support/processes.js';
import { CLIPS, rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

describe('clipstep batch, given again', () => {
  it('says nothing again of clips that have a row, unless their bytes have changed or passing things failed', async () => {
    const clips = join(fixture.root, 'changing');
    const out = join(fixture.root, 'changing.jsonl');
    await mkdir(clips);
    for (const name of ['a.mp4', 'b.mp4', 'c.mp4'])
      await copyFile(join(fixture.root, 'one.mp4'), join(clips, name));
    await symlink('nowhere', join(clips, 'd.mp4'));
    expect((await batch(clips, ['--out', out])).code).toBe(3);
    const before = (await readFile(out, 'utf8')).split('\n');
    expect(JSON.parse(before[3]!).error.code).toBe('unreadable');
    await rm(join(clips, 'd.mp4'));
    await copyFile(join(fixture.root, 'one.mp4'), join(clips, 'd.mp4'));
    await rm(join(clips, 'b.mp4'));
    await copyFile(join(fixture.root, 'three.avi'), join(clips, 'b.mp4'));
    const again = await batch(clips, ['--out', out]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('2 kept from before');
    const after = (await readFile(out, 'utf8')).split('\n');
    // With their times: they are the lines of the first run.
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect((await rowsOf(out)).map((row) => row.id)).toEqual(['a.mp4', 'b.mp4', 'c.mp4', 'd.mp4']);
    expect(JSON.parse(after[1]!).frames).toBe(3);
    expect(JSON.parse(after[1]!).sha256).not.toBe(JSON.parse(before[1]!).sha256);
  });

  it('drops a torn last line and a damaged one, and classifies their clips again', async () => {
    const out = join(fixture.root, 'torn.jsonl');
    await batch(fixture.clips, ['--out', out]);
    const whole = await readRows(out);
    const lines = (await readFile(out, 'utf8')).split('\n');
    lines[4] = '\0'.repeat(lines[4]!.length);
    await writeFile(out, `${lines.slice(0, 10).join('\n')}\n${lines[10]!.slice(0, 30)}`);
    const { stderr } = await batch(fixture.clips, ['--out', out]);
    expect(stderr).toContain('1 damaged line');
    expect(await readRows(out)).toEqual(whole);
  });

  it('refuses to go on with other settings, and names them', async () => {
    const out = join(fixture.root, 'settings.jsonl');
    const other = join(fixture.root, 'other-model');
    await cp(fixture.model, other, { recursive: true });
    const manifest = JSON.parse(await readFile(join(other, 'model.json'), 'utf8'));
    await writeFile(join(other, 'model.json'), JSON.stringify({ ...manifest, labels: ['less', 'more'] }));
    await batch(fixture.clips, ['--out', out]);
    const before = await readFile(out, 'utf8');
    const settings = ['--model', other, '--min-probability', '0.7', '--sampling', 'exact'];
    const changed = await batch(fixture.clips, ['--out', out, ...settings]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(
      /the model: was .+ \([0-9a-f]{16}\), is .+ \([0-9a-f]{16}\)\n {2}--sampling: was quick, is exact\n {2}--min-probability: was 0, is 0.7/,
    );
    await rm(`${out}.run.json`);
    const unknown = await batch(fixture.clips, ['--out', out]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/run\.json, which would say how these results were made, is missing/);
    expect(await readFile(out, 'utf8')).toBe(before);
  });

  it('leaves a file alone that is no result of a batch, such as the manifest itself', async () => {
    const manifest = join(fixture.root, 'precious.csv');
    const text = `path\n${join(fixture.root, 'one.mp4')}`;
    await writeFile(manifest, text);
    for (const format of ['csv', 'jsonl', 'parquet']) {
      const { code, stderr } = await batch(manifest, ['--out', manifest, '--format', format]);
      expect(stderr).toContain(`${manifest} exists already`);
      expect(code).toBe(1);
    }
    expect(await readFile(manifest, 'utf8')).toBe(text);
    const folder = await batch(fixture.clips, ['--out', fixture.clips]);
    expect(folder.stderr).toContain(`${fixture.clips} cannot be written: it is not a file`);
    expect(folder.code).toBe(1);
  });

  it('refuses an output that another run is writing to', async () => {
    const out = join(fixture.root, 'locked.jsonl');
    let second: ReturnType<typeof batch> | undefined;
    const many = join(fixture.root, 'many');
    await manyClips(many, 300);
    const first = await batch(many, ['--out', out], {
      onStderr: (_, kill) => {
        second ??= batch(many, ['--out', out]).finally(() => kill('SIGINT'));
      },
    });
    const { code, stderr } = await second!;
    expect(stderr).toContain(`Another run is writing to ${out}`);
    expect(code).toBe(1);
    expect([0, 130]).toContain(first.code);
  });

  it('ends on SIGINT with what is done, and leaves no program behind', async () => {
    const out = join(fixture.root, 'interrupted.jsonl');
    const many = join(fixture.root, 'interrupted');
    await manyClips(many, 300);
    let waiting: NodeJS.Timeout | undefined;
    const { code, stderr } = await batch(many, ['--out', out], {
      onStderr: (_, kill) => {
        waiting ??= setInterval(() => {
          // When it has some rows.
          if (statSync(out).size === 0) return;
          clearInterval(waiting);
          kill('SIGINT');
        }, 50);
      },
    });
    expect(code).toBe(130);
    const [, done] = /Interrupted: (\d+) of 300 clips/.exec(stderr)!;
    expect(Number(done)).toBeLessThan(300);
    expect(await readRows(out)).toHaveLength(Number(done));
    if (canListProcesses) expect(processesNaming(many)).toEqual([]);
  });

  it('outlives the terminal that it was started from with its output elsewhere, as with nohup', async () => {
    const out = join(fixture.root, 'hung-up.jsonl');
    const log = await open(join(fixture.root, 'hung-up.log'), 'w');
    const args = [`${projectFolder}/dist/cli.js`, 'batch', fixture.clips, '--out', out];
    const child = spawn(process.execPath, args, { stdio: ['ignore', log.fd, log.fd] });
    const closed = once(child, 'close');
    // It is in the midst of its work when its settings are written.
    await expect.poll(() => existsSync(`${out}.run.json`), { timeout: 30_000 }).toBe(true);
    child.kill('SIGHUP');
    expect(await closed).toEqual([3, null]);
    await log.close();
    expect(await readRows(out)).toHaveLength(CLIPS);
  });

  it('ends on a hang-up when somebody reads it, as on SIGTERM', async () => {
    const out = join(fixture.root, 'read.jsonl');
    let signals = 0;
    const { code, stderr } = await batch(fixture.clips, ['--out', out, '--jobs', '1'], {
      onStderr: (_, kill) => {
        // A second one would end it at once.
        if (signals++ === 0) kill('SIGHUP');
      },
    });
    expect(stderr).toMatch(/Interrupted: \d+ of/);
    expect(code).toBe(130);
  });

  it('stops at the first failure when asked to, and then goes on without that', async () => {
    const out = join(fixture.root, 'strict.jsonl');
    const strict = await batch(fixture.clips, ['--out', out, '--strict', '--jobs', '1']);
    expect(strict.code).toBe(3);
    expect(strict.stdout).toContain('Stopped at the first failure');
    expect((await rowsOf(out)).map((row) => row.error?.code)).toEqual([undefined, undefined, 'corrupt']);
    expect((await batch(fixture.clips, ['--out', out])).code).toBe(3);
    expect(await readRows(out)).toHaveLength(CLIPS);
  });

  it('goes on where it was, and has in the end what an undisturbed run has', async () => {
    const whole = join(fixture.root, 'undisturbed.jsonl');
    const out = join(fixture.root, 'killed.jsonl');
    await batch(fixture.clips, ['--out', whole]);
    const { killed, code } = await runAndKill({ ...fixture, out, kills: 8, seed: 1 });
    expect(code).toBe(3);
    expect(killed).toBeGreaterThan(1);
    expect(await readRows(out)).toEqual(await readRows(whole));
    if (canListProcesses) expect(processesNaming(fixture.clips)).toEqual([]);
  }, 180_000);

  it('leaves no settings where it wrote no results', async () => {
    const empty = join(fixture.root, 'no-results');
    await mkdir(empty);
    const out = join(empty, 'rows.jsonl');
    const { code, stderr } = await batch(fixture.clips, ['--out', out], {
      env: { CLIPSTEP_FFMPEG: '/no/such/ffmpeg' },
    });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/ffmpeg') });
    expect((await readdir(empty)).filter((name) => name.endsWith('.run.json'))).toEqual([]);
  });
});

async function manyClips(folder: string, count: number): Promise<void> {
  await mkdir(folder);
  for (let index = 0; index < count; index++)
    await link(join(fixture.root, 'one.mp4'), join(folder, `${index}.mp4`));
}
