import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-fragments-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAMES = 60;
const IN_FRAGMENT = 12;
const EVERY = { sampling: { kind: 'uniform', frames: FRAMES } } as const;
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100', '-b:a', '32k', '-shortest'];
const H264 = '-c:v libx264 -pix_fmt yuv420p -crf 8 -g 12 -sc_threshold 0 -bf 0'.split(' ');

/** What muxers make of fragments. */
const KINDS: ReadonlyArray<readonly [name: string, flags: string]> = [
  ['plain.mp4', 'frag_keyframe'],
  ['bare.mp4', 'frag_keyframe+empty_moov+default_base_moof+skip_trailer'],
  ['apart.mp4', 'frag_keyframe+empty_moov+separate_moof+default_base_moof'],
  ['late.mp4', 'frag_keyframe+delay_moov'],
  ['indexed.mp4', 'frag_keyframe+empty_moov+default_base_moof+global_sidx'],
  ['dash.mp4', 'frag_keyframe+dash+delay_moov'],
  ['quicktime.mov', 'frag_keyframe+empty_moov'],
];

const pathOf = (name: string) => join(folder, name);

beforeAll(async () => {
  await writeNumberedClip(pathOf('film.mkv'), { frames: FRAMES, framesPerSecond: 10, encoder: H264 });
  const input = ['-i', pathOf('film.mkv'), ...SOUND, '-c:v', 'copy'];
  for (const [name, flags] of KINDS) await runFfmpeg([...input, '-movflags', flags, pathOf(name)]);
  const pause = ['-vf', "select='lt(n,20)+gte(n,40)'", '-vsync', 'vfr', ...H264];
  await runFfmpeg(['-i', pathOf('film.mkv'), ...pause, '-movflags', KINDS[1]![1], pathOf('pause.mp4')]);
  const segments = ['-f', 'dash', '-seg_duration', '1', '-init_seg_name', 'init.mp4'];
  const names = ['-media_seg_name', 'part-$Number$.mp4', pathOf('list.mpd')];
  await runFfmpeg(['-i', pathOf('film.mkv'), '-c', 'copy', ...segments, ...names]);
});

/** A file of the first segment, which says what the film is, and some of the others. */
function joined(name: string, parts: readonly number[]): string {
  const files = ['init.mp4', ...parts.map((part) => `part-${part}.mp4`)];
  writeFileSync(pathOf(name), Buffer.concat(files.map((file) => readFileSync(pathOf(file)))));
  return pathOf(name);
}

/** The places of all boxes of a type at the top of a file. */
function boxesOf(content: Buffer, type: string): Array<{ start: number; end: number }> {
  const found: Array<{ start: number; end: number }> = [];
  for (let start = 0; start < content.length; start += content.readUInt32BE(start)) {
    const end = start + content.readUInt32BE(start);
    if (content.toString('latin1', start + 4, start + 8) === type) found.push({ start, end });
  }
  return found;
}

function changed(name: string, change: (content: Buffer) => Buffer | undefined): string {
  const content = readFileSync(pathOf(name));
  const path = pathOf(`changed-${name}`);
  writeFileSync(path, change(content) ?? content);
  return path;
}

/** The header of a film's fragment, of which those of sound may be apart. */
function filmFragment(content: Buffer, fragment: number): { start: number; end: number } {
  const all = boxesOf(content, 'moof');
  const isFilm = ({ start, end }: { start: number; end: number }) => {
    const track = content.subarray(start, end).indexOf('tfhd');
    return content.readUInt32BE(start + track + 8) === 1;
  };
  return all.filter(isFilm)[fragment]!;
}

const DAMAGES: ReadonlyArray<readonly [what: string, (content: Buffer) => undefined]> = [
  [
    'zeros where it begins',
    (content) => void content.fill(0, filmFragment(content, 2).start, filmFragment(content, 2).start + 8),
  ],
  [
    'zeros in place of its header',
    (content) => void content.fill(0, filmFragment(content, 2).start, filmFragment(content, 2).end),
  ],
  ['a wrong length', (content) => void content.writeUInt32BE(2 ** 31 - 1, filmFragment(content, 2).start)],
  [
    'zeros over the end of the one before',
    (content) =>
      void content.fill(0, filmFragment(content, 2).start - 50, filmFragment(content, 2).start + 300),
  ],
];

describeWithEachFfmpeg('a fragmented MP4', () => {
  test.each([...KINDS.map(([name]) => name), 'pause.mp4'])('is sound: %s', async (name) => {
    const frames = await readFrames(pathOf(name), EVERY);
    expect(frames.filter(({ isDamaged }) => isDamaged)).toEqual([]);
    const shown = new Set(frames.map(({ timeSeconds }) => timeSeconds)).size;
    expect(shown).toBe(name === 'pause.mp4' ? 40 : FRAMES);
  });

  test.each([
    ['from the middle', [3, 4, 5], 24, 59],
    ['numbered anew', [1, 2, 1, 2], 0, 23],
  ])('is sound where its segments were joined: %s', async (_, parts, first, last) => {
    const numbers = await readNumbers(joined('joined.mp4', parts), EVERY);
    expect([numbers[0], numbers.at(-1)]).toEqual([first, last]);
  });

  test.each(DAMAGES)('of which a fragment has %s shows what lies after it', async (_, change) => {
    for (const [name] of KINDS) {
      const path = changed(name, change);
      await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
      const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
      const sound = await readFrames(pathOf(name), EVERY);
      const wrong = frames.filter(
        ({ pixels, isDamaged }, frame) =>
          !isDamaged && !sound[frame]!.pixels.every((level, at) => level === pixels[at]),
      );
      expect([name, wrong.length]).toEqual([name, 0]);
      expect(frames.at(-1)).toEqual(sound.at(-1));
      const marked = frames.filter(({ isDamaged }) => isDamaged).length;
      expect(marked).toBeGreaterThanOrEqual(IN_FRAGMENT);
      expect(marked).toBeLessThanOrEqual(IN_FRAGMENT + 4);
    }
  });

  test.each(['lost', 'named otherwise'])('of which a fragment is %s is damaged', async (what) => {
    const path =
      what === 'lost'
        ? joined('lost.mp4', [1, 2, 4, 5])
        : changed('plain.mp4', (content) => void content.write('xxxx', filmFragment(content, 1).start + 4));
    await expect(readFrames(path, EVERY)).rejects.toMatchObject({ code: 'corrupt' });
    const frames = await readFrames(path, { ...EVERY, allowDamaged: true });
    expect(frames.findIndex(({ isDamaged }) => isDamaged)).toBe(23);
    expect(frames.filter(({ isDamaged }) => isDamaged).length).toBe(IN_FRAGMENT + 1);
  });

  test.each(['plain.mp4', 'indexed.mp4'])('that lists more than it holds breaks off: %s', async (name) => {
    const path = changed(name, (content) => {
      const last = boxesOf(content, 'moof').at(-1)!;
      const data = boxesOf(content, 'mdat').at(-1)!;
      return Buffer.concat([content.subarray(0, last.start), content.subarray(data.end)]);
    });
    await expect(readFrames(path)).rejects.toMatchObject({ code: 'partial' });
  });

  test.each([20, 4000])('that is still being written breaks off: %i bytes of a fragment', async (bytes) => {
    const path = changed('bare.mp4', (content) =>
      content.subarray(0, filmFragment(content, 3).start + bytes),
    );
    await expect(readFrames(path)).rejects.toMatchObject({ code: 'partial' });
  });
});
