import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import ffprobePackage from '@ffprobe-installer/ffprobe';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureExecutable } from '../../src/media/ffmpeg/binaries.js';
import { type FrameRequest, openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { describeWithEachFfmpeg } from '../support/ffmpeg.js';
import { readNumber, writeNumberedClip } from '../support/numbered-clip.js';
import { canListProcesses, processesNaming } from '../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-lifecycle-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clip = join(folder, 'clip.mp4');
/** Of which ffprobe has to tell the packets; those of an ordinary MP4 are read without it. */
const probedClip = join(folder, 'clip.mkv');
beforeAll(async () => {
  await ensureExecutable(ffprobePackage.path);
  for (const path of [clip, probedClip]) {
    await writeNumberedClip(path, {
      frames: 320,
      framesPerSecond: 10,
      encoder: ['-c:v', 'libx264', '-crf', '10'],
    });
  }
});

/** All 320 frames of 150 kB: far more than the pipe between ffmpeg and us holds, so that it has to wait. */
const everything = (changes: Partial<FrameRequest> = {}): FrameRequest => ({
  sampling: { kind: 'fps', framesPerSecond: 10, maxFrames: 320 },
  preprocessing: { size: 224, fit: 'squash', kernel: 'linear' },
  ...changes,
});

const readAll = async (request: FrameRequest, path = clip): Promise<number> => {
  let count = 0;
  for await (const _ of (await openClip(await locateClip(path), request)).frames) count += 1;
  return count;
};

describe.skipIf(!canListProcesses)('no ffmpeg is left', () => {
  describeWithEachFfmpeg('of a clip', () => {
    test('that was opened but not read', async () => {
      await openClip(await locateClip(clip), everything());
      expect(processesNaming(clip)).toEqual([]);
    });

    test('that was read to its end', async () => {
      expect(await readAll(everything())).toBe(320);
      expect(processesNaming(clip)).toEqual([]);
    });

    test('of which the reader had enough', async () => {
      for await (const frame of (await openClip(await locateClip(clip), everything())).frames) {
        expect(readNumber(frame.pixels)).toBe(0);
        expect(processesNaming(clip)).toHaveLength(1);
        break;
      }
      expect(processesNaming(clip)).toEqual([]);
    });

    test('whose reader failed', async () => {
      const reading = async () => {
        for await (const _ of (await openClip(await locateClip(clip), everything())).frames)
          throw new Error('out of memory');
      };
      await expect(reading()).rejects.toThrow('out of memory');
      expect(processesNaming(clip)).toEqual([]);
    });

    test('whose reading was aborted', async () => {
      const controller = new AbortController();
      const reading = async () => {
        const { frames } = await openClip(await locateClip(clip), everything({ signal: controller.signal }));
        for await (const _ of frames) controller.abort();
      };
      await expect(reading()).rejects.toMatchObject({
        code: 'aborted',
        problem: expect.stringContaining(clip),
      });
      expect(processesNaming(clip)).toEqual([]);
    });
  });
});

describe('a program in the place of ffmpeg', () => {
  const REAL = { ffmpeg: ffmpegPackage.path, ffprobe: ffprobePackage.path };

  /** Puts a program in the place of ffmpeg or ffprobe, which tells its version and else does what it likes. */
  function replace(tool: 'ffmpeg' | 'ffprobe', behaviour: string): string {
    const path = join(mkdtempSync(join(folder, 'program-')), tool);
    const script = `#!/bin/sh\ncase "$*" in -version) exec '${REAL[tool]}' -version;; esac\n${behaviour}\n`;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    process.env[`CLIPSTEP_${tool.toUpperCase()}`] = path;
    return path;
  }

  afterEach(() => {
    delete process.env.CLIPSTEP_FFMPEG;
    delete process.env.CLIPSTEP_FFPROBE;
  });

  test('is asked once about the packets of a clip, however many parts of it are read', async () => {
    const log = join(folder, 'probed.txt');
    replace('ffprobe', `echo probed >> '${log}'; exec '${REAL.ffprobe}' "$@"`);
    let located = await locateClip(probedClip);
    for (const startSeconds of [0, 10, 20]) {
      const part = await openClip(located, everything({ startSeconds, endSeconds: startSeconds + 1 }));
      located = part.located;
      const times: number[] = [];
      for await (const { timeSeconds } of part.frames) times.push(timeSeconds);
      expect([times.length, times[0]]).toEqual([10, startSeconds]);
    }
    expect(readFileSync(log, 'utf8')).toBe('probed\n');
  });

  const STUCK = "trap '' TERM; while :; do sleep 1; done";

  test.each(['ffmpeg', 'ffprobe'] as const)(
    'by never ending is ended when its time is over: %s',
    async (tool) => {
      replace(tool, STUCK);
      await expect(readAll(everything({ timeoutSeconds: 1.5 }), probedClip)).rejects.toMatchObject({
        code: 'timeout',
        problem: expect.stringContaining('1.5 s'),
      });
      if (canListProcesses) expect(processesNaming(probedClip)).toEqual([]);
    },
  );

  test('by never ending is ended by an abort', async () => {
    replace('ffmpeg', STUCK);
    const reading = readAll(everything({ signal: AbortSignal.timeout(1000) }));
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    if (canListProcesses) expect(processesNaming(clip)).toEqual([]);
  });

  test('by being killed from outside is told apart', async () => {
    replace('ffmpeg', 'kill -KILL $$');
    await expect(readAll(everything())).rejects.toMatchObject({
      code: 'killed',
      problem: expect.stringContaining('SIGKILL'),
    });
  });

  test('by crashing blames the file', async () => {
    replace('ffprobe', 'kill -SEGV $$');
    await expect(readAll(everything(), probedClip)).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('by saying nothing and succeeding gives no frames', async () => {
    replace('ffmpeg', 'exit 0');
    await expect(readAll(everything())).rejects.toMatchObject({ code: 'no_frames' });
  });

  test('by stopping half-way and succeeding is caught by the count', async () => {
    replace('ffmpeg', `'${REAL.ffmpeg}' "$@" | head -c 15052800`);
    await expect(readAll(everything())).rejects.toMatchObject({
      code: expect.stringMatching(/partial|corrupt/),
      // Of each reading 100: the second one goes on where the first one stopped.
      problem: expect.stringContaining('expected 320 frames, got 200'),
    });
  });

  test('by being gone is reported', async () => {
    const path = replace('ffmpeg', 'exit 0');
    await expect(readAll(everything())).rejects.toMatchObject({ code: 'no_frames' });
    rmSync(path);
    await expect(readAll(everything())).rejects.toMatchObject({ code: 'missing_tool' });
  });
});

describeWithEachFfmpeg('a file', () => {
  test.each([
    '-i.mp4',
    "it's 50%03d [a]:b;c, d.mp4",
    'line\nbreak.mp4',
    'http:x.mp4',
    'naïve 映画.mp4',
    'no extension',
    'clip.jpg',
  ])('may have any name: %j', async (name) => {
    const path = join(folder, name);
    copyFileSync(clip, path);
    expect(await readAll(everything({ endSeconds: 0.3 }), path)).toBe(3);
  });

  test.each([
    ['hls.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:40\n#EXTINF:32.0,\nclip.mp4\n#EXT-X-ENDLIST\n`],
    ['hls.m3u8', `#EXTM3U\n#EXT-X-TARGETDURATION:40\n#EXTINF:32.0,\nclip.mp4\n#EXT-X-ENDLIST\n`],
    ['concat.mkv', `ffconcat version 1.0\nfile clip.mp4\n`],
    [
      'session.sdp',
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\n`,
    ],
    [
      'dash.mp4',
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT32S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>clip.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
  ])('that points to another is not followed: %s', async (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    await expect(readAll(everything(), path)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:refused|not_media)$/),
      problem: expect.stringContaining(name),
    });
  });
});
