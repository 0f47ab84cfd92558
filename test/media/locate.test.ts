import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { locateClip, resolveInputs } from '../../src/media/locate.js';
import { animatedPng } from '../support/apng.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-inputs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Resolving looks at names only, so that a word is enough for a file; locating looks at its first bytes. */
const FILES = [
  'data/run/clip10.mp4',
  'data/run/clip2.mp4',
  'data/run/notes.txt',
  'data/walk/take1/0001.jpg',
  'data/walk/take1/0002.jpg',
  'data/walk/take2.webm',
  'data/walk/.hidden.mp4',
  'data/empty/readme.md',
  'mixed/clip.mp4',
  'mixed/thumbnail.jpg',
  'gifs/wave.gif',
  'gifs/jump.gif',
  'frames/f1.png',
  'frames/f2.png',
  'frames/f10.png',
  'frames/f0003.png',
  'odd names/100%d [1].mp4',
  'odd names/-i.mp4',
];

beforeAll(() => {
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'content');
  }
  writeFileSync(join(folder, 'empty.mp4'), '');
  symlinkSync(join(folder, 'data'), join(folder, 'data', 'run', 'loop'));
  writeFileSync(join(folder, 'picture-by-content.dat'), '\x89PNG\r\n\x1a\n rest', 'latin1');
});

/** What inputs below the folder stand for, as paths below it, or the code of what was wrong. */
async function resolve(...inputs: string[]): Promise<string[]> {
  const resolved = await resolveInputs(inputs.map((input) => join(folder, input)));
  return resolved.map((one) => (one.kind === 'clip' ? relative(folder, one.input) : one.error.code));
}

describe('inputs', () => {
  test('are files as they are, in the order given', async () => {
    expect(await resolve('mixed/clip.mp4', 'data/run/notes.txt')).toEqual([
      'mixed/clip.mp4',
      'data/run/notes.txt',
    ]);
  });

  test('may be a folder of images, which is one clip', async () => {
    expect(await resolve('frames')).toEqual(['frames']);
  });

  test('may be a folder with clips somewhere below it, in natural order', async () => {
    const clips = ['data/run/clip2.mp4', 'data/run/clip10.mp4', 'data/walk/take1', 'data/walk/take2.webm'];
    expect(await resolve('data')).toEqual(clips);
  });

  test('may be a folder of videos, where an image is no clip', async () => {
    expect(await resolve('mixed')).toEqual(['mixed/clip.mp4']);
  });

  test('may be a folder of animations, each a clip', async () => {
    expect(await resolve('gifs')).toEqual(['gifs/jump.gif', 'gifs/wave.gif']);
  });

  test('may be a folder of videos, where an image that is a film is a clip', async () => {
    const picture = { grey: 9, milliseconds: 9 };
    mkdirSync(join(folder, 'films'));
    writeFileSync(join(folder, 'films/a.png'), animatedPng([picture, picture]));
    for (const name of ['b.mp4', 'c.png']) writeFileSync(join(folder, 'films', name), 'content');
    expect(await resolve('films')).toEqual(['films/a.png', 'films/b.mp4']);
  });

  test('may not be a folder of pictures that are not read, and the error names them', async () => {
    mkdirSync(join(folder, 'unread/more'), { recursive: true });
    for (const name of ['a.ico', '.hidden.bmp', 'more/1.JXL', 'more/2.jxl', 'more/notes.txt'])
      writeFileSync(join(folder, 'unread', name), 'content');
    const [found] = await resolveInputs([join(folder, 'unread')]);
    expect(found?.kind === 'unresolved' && found.error).toMatchObject({
      code: 'not_found',
      problem: expect.stringMatching(
        /It holds 1 \.ico picture \(a\.ico\) .* It holds 2 \.jxl pictures, such as 1\.JXL, in a format that is not read here\.$/,
      ),
      fix: 'Save the pictures as PNG or JPEG.',
    });
  });

  test('may be patterns: of images one clip, of others each', async () => {
    expect(await resolve('frames/f%d.png', 'frames/*.png')).toEqual(['frames/f%d.png', 'frames/*.png']);
    expect(await resolve('data/run/*.mp4')).toEqual(['data/run/clip2.mp4', 'data/run/clip10.mp4']);
    expect(await resolve('data/w*')).toEqual(['data/walk/take1', 'data/walk/take2.webm']);
  });

  test('may have names that look like patterns or options', async () => {
    const names = ['odd names/-i.mp4', 'odd names/100%d [1].mp4'];
    expect(await resolve(...names)).toEqual(names);
    expect(await resolve('odd names')).toEqual(names);
  });

  test('that are not there do not stand in the way of others', async () => {
    const codes = await resolve(
      'absent.mp4',
      'mixed/clip.mp4',
      'frames/*.jpg',
      'frames/g%d.png',
      'empty.mp4',
    );
    expect(codes).toEqual(['not_found', 'mixed/clip.mp4', 'not_found', 'not_found', 'empty']);
    expect(await resolve('data/empty')).toEqual(['not_found']);
  });
});

describe('one clip', () => {
  const locate = async (input: string) => {
    const located = await locateClip(join(folder, input));
    const paths = located.kind === 'images' ? located.paths : [located.path];
    return [located.kind, ...paths.map((path) => relative(folder, path))];
  };

  test('is a video unless its content is an image', async () => {
    expect(await locate('mixed/clip.mp4')).toEqual(['video', 'mixed/clip.mp4']);
    expect(await locate('picture-by-content.dat')).toEqual(['images', 'picture-by-content.dat']);
  });

  test('is a folder of images in natural order', async () => {
    const frames = ['frames/f1.png', 'frames/f2.png', 'frames/f0003.png', 'frames/f10.png'];
    expect(await locate('frames')).toEqual(['images', ...frames]);
    expect(await locate('frames/*.png')).toEqual(['images', ...frames]);
    expect(await locate('frames/f%d.png')).toEqual(['images', ...frames]);
  });

  test('has numbers at least as wide as the pattern says', async () => {
    expect(await locate('frames/f%02d.png')).toEqual(['images', 'frames/f0003.png', 'frames/f10.png']);
  });

  test('is what a pattern matches when that is one file', async () => {
    expect(await locate('mixed/*.mp4')).toEqual(['video', 'mixed/clip.mp4']);
  });

  test.each([
    ['data/run/*.mp4', 'usage'],
    ['data', 'no_frames'],
    ['absent', 'not_found'],
    ['mixed/clip.mp4/inside', 'not_found'],
    ['empty.mp4', 'empty'],
  ])('is not %s', async (input, code) => {
    await expect(locateClip(join(folder, input))).rejects.toMatchObject({ code });
  });

  test('is not a device', async () => {
    await expect(locateClip('/dev/null')).rejects.toMatchObject({ code: 'unreadable' });
  });
});
