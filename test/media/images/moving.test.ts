import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { imageFailure } from '../../../src/media/images/image-failure.js';
import { isFilm, movingPictureIn } from '../../../src/media/images/moving.js';
import { readPicture } from '../../../src/media/images/picture.js';
import { isHeaderCutOff, OutOfTheOrdinary } from '../../../src/media/video/mp4/boxes.js';
import { animatedPng } from '../../support/apng.js';
import { avifSequence } from '../../support/avif-sequence.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { readFrames, readNumbers } from '../../support/read-numbers.js';
import { sharedFolder } from '../../support/shared.js';
import { pagedTiff } from '../../support/tiff.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-moving-'));
afterAll(() => rmSync(folder, { recursive: true }));

const grey = (level: number) =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: { r: level, g: level, b: level } } });
const levels = (frames: ReadonlyArray<{ pixels: Uint8Array }>) => frames.map(({ pixels }) => pixels[5000]!);
const write = (name: string, content: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

async function sequenceOfThree(options: { isHeaderLast?: boolean; hasAlphaFirst?: boolean }) {
  const picture = (level: number) => grey(level).avif({ quality: 90, chromaSubsampling: '4:2:0' }).toBuffer();
  const pictures = [
    { avif: await picture(10), milliseconds: 100 },
    { avif: await picture(90), milliseconds: 300 },
    { avif: await picture(200), milliseconds: 400 },
  ];
  return avifSequence(pictures, { cover: await picture(140), ...options });
}

describeWithEachFfmpeg('what begins like a still picture and is a film is read as one', () => {
  test('an animated PNG, by the times that it keeps', async () => {
    const pictures = [
      { grey: 10, milliseconds: 100 },
      { grey: 90, milliseconds: 300 },
      { grey: 200, milliseconds: 400 },
    ];
    const path = write('animated.png', animatedPng(pictures));
    const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 8 } });
    expect(levels(frames)).toEqual([10, 90, 90, 90, 200, 200, 200, 200]);
    expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual([0, 0.1, 0.1, 0.1, 0.4, 0.4, 0.4, 0.4]);
  });

  test('an animated PNG, or is partial where that breaks off', async () => {
    const whole = animatedPng([10, 90, 200].map((level) => ({ grey: level, milliseconds: 100 })));
    const every = { sampling: { kind: 'uniform', frames: 3 } } as const;
    const ends: number[] = [];
    for (let at = whole.indexOf('IDAT') - 4; at < whole.length; ends.push(at))
      at += 12 + whole.readUInt32BE(at);
    // After each chunk, within the next one, and within what says of it what it is.
    const cuts = ends.slice(0, -1).flatMap((end) => [end, end + 4, Math.min(end + 11, whole.length - 6)]);
    for (const cut of cuts) {
      const path = write('cut-animated.png', whole.subarray(0, cut));
      await expect(readFrames(path, every)).rejects.toMatchObject({
        code: 'partial',
        problem: expect.stringMatching(/breaks off: expected 3 frames, got [123];/),
        fix: expect.stringMatching(/--allow-damaged\.$/),
      });
      const frames = await readFrames(path, { ...every, allowDamaged: true });
      expect(frames.at(-1)!.isDamaged).toBe(true);
      expect(await readFrames(path, { endSeconds: 0.1 })).toHaveLength(4);
    }
  });

  test('an animated PNG, of which a picture may be lost', async () => {
    const whole = animatedPng([10, 90, 200, 250].map((level) => ({ grey: level, milliseconds: 100 })));
    const starts = [1, 2, 3].map((picture) => {
      let at = -1;
      for (let count = 0; count <= picture; count++) at = whole.indexOf('fcTL', at + 1);
      return at - 4;
    });
    const path = write('lost.png', Buffer.concat([whole.subarray(0, starts[0]), whole.subarray(starts[1])]));
    const every = { sampling: { kind: 'uniform', frames: 3 } } as const;
    await expect(readFrames(path, every)).rejects.toMatchObject({ code: 'corrupt' });
    const frames = await readFrames(path, { ...every, allowDamaged: true });
    expect(frames.map(({ isDamaged }) => isDamaged)[1]).toBe(true);
    const two = write('two-films.png', Buffer.concat([whole, whole]));
    await expect(readFrames(two)).rejects.toMatchObject({ code: 'unreadable' });
  });

  test('an animated PNG that ffmpeg writes into a pipe, without the number of its pictures', async () => {
    const path = join(folder, 'piped.png');
    const input = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=10', '-frames:v', '5'];
    await runFfmpeg([...input, '-f', 'apng', path]);
    const content = readFileSync(path);
    const control = content.indexOf('acTL');
    content.writeUInt32BE(2 ** 32 - 1, control + 4);
    content.writeUInt32BE(crc32(content.subarray(control, control + 12)) >>> 0, control + 12);
    writeFileSync(path, content);
    expect(await readFrames(path)).toHaveLength(4);
    writeFileSync(path, content.subarray(0, content.length - 12));
    await expect(readFrames(path)).rejects.toMatchObject({ code: 'partial' });
  });

  test('an animated PNG that is transparent, on white', async () => {
    const half = { milliseconds: 100, alpha: 0 };
    const path = write(
      'clear.png',
      animatedPng([
        { grey: 0, ...half },
        { grey: 50, ...half },
      ]),
    );
    expect(new Set(levels(await readFrames(path)))).toEqual(new Set([255]));
  });

  test.each(['stream.mjpeg', 'stream.mjpg', 'stream.jpg', 'stream'])(
    'JPEGs one after the other: %s',
    async (name) => {
      const encoder = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '2', '-f', 'mjpeg'];
      const path = join(folder, name);
      await writeNumberedClip(path, { frames: 20, framesPerSecond: 25, encoder });
      for (const plan of ['exact', 'whole', 'seeks'] as const) {
        expect(await readNumbers(path, { plan })).toEqual([2, 7, 12, 17]);
      }
    },
  );

  test.each(['stream.png', 'stream.jpg', 'stream'])('PNGs one after the other: %s', async (name) => {
    const path = join(folder, name);
    const encoder = ['-c:v', 'png', '-f', 'image2pipe'];
    await writeNumberedClip(path, { frames: 20, framesPerSecond: 25, encoder });
    for (const plan of ['exact', 'whole', 'seeks'] as const) {
      expect(await readNumbers(path, { plan })).toEqual([2, 7, 12, 17]);
    }
  });

  test('PNGs one after the other that are transparent or of other sizes', async () => {
    const clear = sharp({ create: { width: 40, height: 20, channels: 4, background: '#0000' } });
    const pngs = await Promise.all(
      [grey(10), clear, grey(90).resize(64, 48)].map((png) => png.png().toBuffer()),
    );
    const frames = await readFrames(write('sizes.png', Buffer.concat(pngs)), {
      sampling: { kind: 'uniform', frames: 3 },
    });
    expect(levels(frames)).toEqual([10, 255, 90]);
  });

  test('PNGs one after the other, damaged where they break off', async () => {
    const png = await grey(90).png().toBuffer();
    for (const end of [60, png.length - 20]) {
      const path = write('cut-stream.png', Buffer.concat([png, png, png.subarray(0, end)]));
      await expect(readFrames(path)).rejects.toMatchObject({ code: 'corrupt' });
      const frames = await readFrames(path, { allowDamaged: true });
      expect(frames.map(({ isDamaged }) => isDamaged)).toContain(true);
    }
  });

  test('the pages of a TIFF, one a second', async () => {
    const pages = await Promise.all([10, 90, 200].map((level) => grey(level).png().toBuffer()));
    const path = join(folder, 'pages.tif');
    await sharp(pages, { join: { animated: true } })
      .tiff()
      .toFile(path);
    const frames = await readFrames(path, { sampling: { kind: 'uniform', frames: 6 } });
    expect(levels(frames)).toEqual([10, 10, 90, 90, 200, 200]);
    expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test.each([
    ['sequence.avif', {}],
    ['header-last.avif', { isHeaderLast: true }],
    ['transparent.avif', { hasAlphaFirst: true }],
    ['header-last.heif', { isHeaderLast: true, hasAlphaFirst: true }],
  ])(
    'a sequence of AVIF, by the times that it keeps, and not its still picture: %s',
    async (name, options) => {
      const content = await sequenceOfThree(options);
      for (const plan of ['exact', 'quick', 'seeks', 'keyframes'] as const) {
        const sampling = { kind: 'uniform', frames: 8 } as const;
        const frames = await readFrames(write(name, content), { sampling, plan });
        // To within what its quality leaves.
        const tens = levels(frames).map((level) => Math.round(level / 10) * 10);
        expect(tens).toEqual([10, 90, 90, 90, 200, 200, 200, 200]);
        expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual([0, 0.1, 0.1, 0.1, 0.4, 0.4, 0.4, 0.4]);
      }
    },
  );

  test('and is damaged where it breaks off, never its still picture', async () => {
    for (const isHeaderLast of [false, true]) {
      const content = await sequenceOfThree({ isHeaderLast });
      const header = content.indexOf('moov') - 4;
      for (const end of [header + 20, header + 300, content.length - 20]) {
        await expect(readFrames(write('cut.avif', content.subarray(0, end)))).rejects.toMatchObject({
          code: expect.stringMatching(/corrupt|partial/),
        });
      }
    }
  });

  test.skipIf(!sharedFolder)('and those that were found', async () => {
    const media = join(sharedFolder!, 'reproducers/media');
    for (const [name, count] of [
      ['clockwise-apng.png', 12],
      ['clockwise-pages.tif', 12],
      ['raw-stream.mjpeg', 20],
      ['avif-sequence.avif', 5],
    ] as const) {
      const frames = await readFrames(join(media, name), {
        sampling: { kind: 'uniform', frames: 3 * count },
      });
      expect(new Set(frames.map(({ timeSeconds }) => timeSeconds)).size).toBe(count);
    }
  });
});

test('a TIFF with a smaller copy of its picture is a still one', async () => {
  const path = join(folder, 'pyramid.tif');
  await grey(90)
    .resize(256, 256)
    .tiff({ pyramid: true, tile: true, tileWidth: 64, tileHeight: 64 })
    .toFile(path);
  const frames = await readFrames(path);
  expect(new Set(frames.map(({ timeSeconds }) => timeSeconds))).toEqual(new Set([0]));
});

test('a still picture stays one', async () => {
  const jpeg = await grey(90).jpeg().toBuffer();
  const stills = [
    ['still.jpg', jpeg],
    // A film of three seconds lies after the picture of many a phone.
    ['with-film.jpg', Buffer.concat([jpeg, Buffer.from('\0\0\0\x18ftypmp42')])],
    ['cut.jpg', jpeg.subarray(0, 200)],
    ['still.png', await grey(90).png().toBuffer()],
    ['with-words.png', Buffer.concat([await grey(90).png().toBuffer(), Buffer.from('and so on')])],
    ['still.avif', await grey(90).avif().toBuffer()],
    ['still.webp', await grey(90).webp().toBuffer()],
  ] as const;
  for (const [name, content] of stills)
    expect([name, await movingPictureIn(write(name, content))]).toEqual([name, null]);
});

test.skipIf(process.platform === 'win32')('a pipe in the place of a picture is not waited for', async () => {
  const pipe = join(folder, 'pipe.png');
  execFileSync('mkfifo', [pipe]);
  await expect(movingPictureIn(pipe)).rejects.toThrow('not a file');
  await expect(imageFailure(pipe, new Error('unsupported'))).rejects.toThrow('not a file');
  expect(await isHeaderCutOff(pipe).catch((cause: unknown) => cause)).toBeInstanceOf(OutOfTheOrdinary);
});

test('a frame of a sequence that holds several pictures is refused', async () => {
  const frames = join(folder, 'frames');
  mkdirSync(frames);
  writeFileSync(join(frames, '1.png'), await grey(90).png().toBuffer());
  copyFileSync(
    write(
      'two.png',
      animatedPng([
        { grey: 0, milliseconds: 9 },
        { grey: 9, milliseconds: 9 },
      ]),
    ),
    join(frames, '2.png'),
  );
  await expect(readFrames(frames)).rejects.toMatchObject({
    code: 'unreadable',
    problem: expect.stringMatching(/2\.png should be a single picture, but holds several pictures/),
  });
});

test('a sequence of AVIF is refused where a single picture is wanted, and is not called damaged', async () => {
  const frames = join(folder, 'sequences');
  mkdirSync(frames);
  for (const name of ['1.avif', '2.avif']) writeFileSync(join(frames, name), await sequenceOfThree({}));
  const refusal = {
    code: 'unreadable',
    problem: expect.stringMatching(/1\.avif should be a single picture, but holds several pictures/),
  };
  await expect(readFrames(frames)).rejects.toMatchObject(refusal);
  const picture = readPicture(join(frames, '1.avif'), { longestSide: 32, background: 'white' });
  await expect(picture).rejects.toMatchObject(refusal);
});

test('a film that lies alone in a folder, or alone matches a pattern, is read as it is by itself', async () => {
  const frames = join(folder, 'alone');
  mkdirSync(frames);
  const path = write('alone/1.avif', await sequenceOfThree({}));
  const byItself = await readFrames(path);
  for (const input of [frames, join(frames, '*.avif'), join(frames, '%d.avif')])
    expect([input, await readFrames(input)]).toEqual([input, byItself]);
});

test('isFilm says what is a film by itself, without reading JPEGs to their end', async () => {
  const still = (format: 'png' | 'webp' | 'avif' | 'jpeg' | 'tiff') => grey(90).toFormat(format).toBuffer();
  const animation = sharp([await still('png'), await grey(0).png().toBuffer()], { join: { animated: true } });
  const page = { width: 32, height: 32, grey: 10 };
  const films = {
    'f.png': animatedPng([
      { grey: 0, milliseconds: 9 },
      { grey: 9, milliseconds: 9 },
    ]),
    'f.webp': await animation.webp().toBuffer(),
    'f.avif': await sequenceOfThree({}),
    'f.tif': pagedTiff([page, page]),
  };
  const stills = {
    's.png': await still('png'),
    's.webp': await still('webp'),
    's.avif': await still('avif'),
    's.tif': await still('tiff'),
    's.jpg': Buffer.concat([await still('jpeg'), await still('jpeg')]),
    'text.png': Buffer.from('x'),
  };
  for (const [expected, files] of [[true, films] as const, [false, stills] as const])
    for (const [name, content] of Object.entries(files))
      expect([name, await isFilm(write(name, content))]).toEqual([name, expected]);
});

test.each(['gif', 'webp', 'avif'] as const)(
  'several pictures in one file are refused: %s',
  async (format) => {
    const still = await grey(90).toFormat(format).toBuffer();
    const animation = await sharp([await grey(0).png().toBuffer(), still], { join: { animated: true } })
      .toFormat(format === 'avif' ? 'gif' : format)
      .toBuffer();
    for (const picture of format === 'avif' ? [still] : [still, animation]) {
      expect(await readFrames(write(`one.${format}`, picture))).toHaveLength(4);
      const path = write(`two.${format}`, Buffer.concat([picture, picture]));
      await expect(readFrames(path)).rejects.toMatchObject({
        code: 'unreadable',
        problem: expect.stringMatching(/two\.\w+ holds several pictures one after the other/),
      });
    }
    const frames = join(folder, `joined-${format}`);
    mkdirSync(frames);
    // What a picture is does not go by its name.
    writeFileSync(join(frames, '1.png'), still);
    writeFileSync(join(frames, '2.png'), Buffer.concat([still, still]));
    await expect(readFrames(frames)).rejects.toMatchObject({ code: 'unreadable' });
  },
);

describeWithEachFfmpeg('several films in one file are refused', () => {
  const expectRefusal = async (path: string) =>
    expect(readFrames(path)).rejects.toMatchObject({
      code: 'unreadable',
      problem: expect.stringMatching(/holds several films one after the other/),
    });

  test('as sequences of AVIF', async () => {
    for (const options of [{}, { isHeaderLast: true }]) {
      const film = await sequenceOfThree(options);
      await expectRefusal(write('two-films.avif', Buffer.concat([film, film])));
    }
  });

  test.each([
    ['with the header at the end', []],
    ['with the header at the start', ['-movflags', '+faststart']],
  ])('as MP4 %s', async (_name, options) => {
    const encoder = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...options];
    const one = join(folder, 'one.mp4');
    await writeNumberedClip(one, { frames: 20, framesPerSecond: 25, encoder });
    const content = readFileSync(one);
    await expectRefusal(write('two-films.mp4', Buffer.concat([content, content])));
  });

  test('but not fragments that come with their header once more', async () => {
    const encoder = [
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '5',
      '-movflags',
      'frag_keyframe+empty_moov+default_base_moof',
    ];
    const one = join(folder, 'fragments.mp4');
    await writeNumberedClip(one, { frames: 20, framesPerSecond: 25, encoder });
    const content = readFileSync(one);
    const fragments = content.indexOf('moof') - 4;
    const second = content.indexOf('moof', fragments + 8) - 4;
    const header = content.subarray(0, fragments);
    const parts = [content.subarray(0, second), header, content.subarray(second)];
    expect(await readNumbers(write('headers.mp4', Buffer.concat(parts)))).toEqual([2, 7, 12, 17]);
  });
});

describeWithEachFfmpeg('a picture that is not decoded here is named', () => {
  test('by its codec', async () => {
    const tiff = await grey(90).tiff({ compression: 'none' }).toBuffer();
    const directory = tiff.readUInt32LE(4);
    for (let entry = 0; entry < tiff.readUInt16LE(directory); entry++) {
      const at = directory + 2 + 12 * entry;
      // Compression: 6 is JPEG as TIFF 6.0 had it.
      if (tiff.readUInt16LE(at) === 259) tiff.writeUInt16LE(6, at + 8);
    }
    const avif = (await grey(90).avif().toBuffer()).toString('latin1');
    const png = await grey(90).png().toBuffer();
    const entry = Buffer.from([0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 22, 0, 0, 0]);
    entry.writeUInt32LE(png.length, 14);
    const icon = Buffer.concat([entry, png]);
    // Without a mark at its beginning: 16 x 16 pixels of 24 bits, not compressed.
    const header = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 16, 0, 24, 0];
    const targa = Buffer.concat([Buffer.from(header), Buffer.alloc(16 * 16 * 3, 90)]);
    for (const [name, content, words] of [
      ['old.tif', tiff, /Old-style JPEG/],
      ['plain.heif', Buffer.from(avif.replaceAll('av01', 'unci'), 'latin1'), /uncompressed HEIF \(unci\)/],
      ['photo.heic', Buffer.from(avif.replaceAll('av01', 'hvc1'), 'latin1'), /HEIC \(HEVC\)/],
      ['icon.ico', icon, /ICO/],
      ['picture.tga', targa, /named like a picture in TGA/],
    ] as const) {
      const path = write(name, content);
      await expect(readFrames(path)).rejects.toMatchObject({
        code: name === 'picture.tga' ? 'not_media' : 'unreadable',
        problem: expect.stringMatching(words),
        fix: expect.stringContaining('PNG or JPEG'),
      });
    }
  });

  test.skipIf(!sharedFolder)('where it was found', async () => {
    for (const name of ['gradient.heic', 'icon.ico']) {
      await expect(readFrames(join(sharedFolder!, 'reproducers/media', name))).rejects.toMatchObject({
        code: 'unreadable',
      });
    }
  });

  test('and a film that ends within its header is damaged', async () => {
    const whole = join(folder, 'whole.mp4');
    await runFfmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=64x48:d=2',
      '-c:v',
      'libx264',
      '-movflags',
      '+faststart',
      whole,
    ]);
    const content = readFileSync(whole);
    const header = content.indexOf('moov') - 4;
    for (const share of [0.1, 0.3, 0.5, 0.9]) {
      const end = header + Math.floor(content.readUInt32BE(header) * share);
      await expect(readFrames(write('cut.mp4', content.subarray(0, end)))).rejects.toMatchObject({
        code: 'corrupt',
      });
    }
  });
});
