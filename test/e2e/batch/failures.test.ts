import { execFile } from 'node:child_process';
import { chmod, link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findBinary } from '../../../src/media/ffmpeg/binaries.js';
import { readRows } from '../../support/batch-fixture.js';
import { processesNaming } from '../../support/processes.js';
import { CLIPS, rowsOf, useBatchFixture } from './fixture.js';

const { fixture, batch } = useBatchFixture();

describe.skipIf(process.platform !== 'linux')('clipstep batch and a machine that fails', () => {
  it('gives a clip that hangs, crashes or kills its reader, or that goes away, a row and nothing more', async () => {
    const clips = join(fixture.root, 'failing');
    const out = join(fixture.root, 'failing.jsonl');
    await mkdir(clips);
    // Of Matroska, unlike MP4, the packets are always read by a process.
    const { path: ffmpeg } = await findBinary('ffmpeg');
    const one = join(fixture.root, 'one.mkv');
    await promisify(execFile)(ffmpeg, [
      '-v',
      'error',
      '-i',
      join(fixture.root, 'one.mp4'),
      '-c',
      'copy',
      one,
    ]);
    for (const name of ['a.mkv', 'b-hangs.mkv', 'c-crashes.mkv', 'd-killed.mkv', 'e.mkv', 'f-goes.mkv']) {
      await link(one, join(clips, name));
    }
    const { path: real } = await findBinary('ffprobe');
    const reader = join(fixture.root, 'ffprobe');
    const goes = `rm -f '${join(clips, 'f-goes.mkv')}'`;
    const cases = `*hangs*) ${goes}; exec sleep 100;; *crashes*) kill -SEGV $$;; *killed*) kill -KILL $$;;`;
    await writeFile(reader, `#!/bin/sh\ncase "$*" in ${cases} esac\nexec '${real}' "$@"\n`);
    await chmod(reader, 0o755);
    const { code } = await batch(clips, ['--out', out, '--timeout', '2', '--jobs', '1'], {
      env: { CLIPSTEP_FFPROBE: reader },
    });
    expect(code).toBe(3);
    expect((await rowsOf(out)).map((row) => row.error?.code)).toEqual([
      ...[undefined, 'timeout', 'corrupt', 'killed', undefined, 'not_found'],
    ]);
    expect(processesNaming('b-hangs')).toEqual([]);
  });

  it('keeps whole rows when the disk is full, says so, and goes on when there is room', async (context) => {
    const disk = join(fixture.root, 'disk');
    const out = join(disk, 'full.jsonl');
    await mkdir(disk);
    const mount = (size: string) => promisify(execFile)('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk]);
    await mount('size=8k').catch(() => context.skip('a small disk cannot be mounted here'));
    try {
      const full = await batch(fixture.clips, ['--out', out]);
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/the disk is full[\s\S]*Make room/);
      const kept = await readRows(out);
      expect(kept.length).toBeGreaterThan(2);
      await mount('remount,size=1m');
      expect((await batch(fixture.clips, ['--out', out])).stdout).toContain(
        `${kept.length} kept from before`,
      );
      expect(await readRows(out)).toHaveLength(CLIPS);
    } finally {
      await promisify(execFile)('umount', [disk]);
    }
  });
});
