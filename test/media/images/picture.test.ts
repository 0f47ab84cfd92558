import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPicture } from '../../../src/media/images/picture.js';
import { pagedTiff } from '../../support/tiff.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipstep-picture-'));
});
afterAll(() => rm(folder, { recursive: true }));

const OPTIONS = { longestSide: 100, background: 'white' } as const;
const at = (name: string) => join(folder, name);

/** One colour all over, [red, green, blue] or with an opacity. */
function plain(width: number, height: number, colour: readonly number[]) {
  const data = Uint8Array.from(
    { length: width * height * colour.length },
    (_, index) => colour[index % colour.length]!,
  );
  // The length of a colour is 3 or 4.
  return sharp(data, { raw: { width, height, channels: colour.length as 3 | 4 } });
}

describe('readPicture', () => {
  it('reads a picture as it is when it is not larger than asked for', async () => {
    await plain(3, 2, [10, 20, 30]).png().toFile(at('small.png'));
    const { width, height, data } = await readPicture(at('small.png'), OPTIONS);
    expect([width, height]).toEqual([3, 2]);
    expect([...data]).toEqual(Array(6).fill([10, 20, 30]).flat());
  });

  it('shrinks a larger one, its sides in proportion', async () => {
    await plain(400, 300, [10, 20, 30]).png().toFile(at('large.png'));
    const { width, height, data } = await readPicture(at('large.png'), OPTIONS);
    expect([width, height, data.length]).toEqual([100, 75, 100 * 75 * 3]);
  });

  it('gives three channels of 8 bits whatever the file has', async () => {
    const grey = new Uint16Array(4).fill(128 * 257);
    await sharp(grey, { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(at('grey16.png'));
    const { data } = await readPicture(at('grey16.png'), OPTIONS);
    expect([...data]).toEqual(Array(12).fill(128));
    await plain(2, 2, [128, 128, 128]).toColourspace('cmyk').jpeg().toFile(at('cmyk.jpg'));
    expect((await readPicture(at('cmyk.jpg'), OPTIONS)).data).toHaveLength(12);
  });

  it('takes the full picture of a TIFF, and not a smaller copy before it', async () => {
    const pages = [
      { width: 4, height: 4, grey: 10, subfileType: 1 },
      { width: 8, height: 8, grey: 200 },
    ];
    await writeFile(at('copy-first.tif'), pagedTiff(pages));
    const { width, data } = await readPicture(at('copy-first.tif'), OPTIONS);
    expect([width, data[0]]).toEqual([8, 200]);
  });

  it('shows the background through what is transparent', async () => {
    await plain(1, 1, [255, 255, 255, 0]).png().toFile(at('clear.png'));
    expect([...(await readPicture(at('clear.png'), OPTIONS)).data]).toEqual([255, 255, 255]);
    const black = await readPicture(at('clear.png'), { ...OPTIONS, background: 'black' });
    expect([...black.data]).toEqual([0, 0, 0]);
  });

  it('turns a photograph upright', async () => {
    await plain(4, 2, [9, 9, 9]).withMetadata({ orientation: 6 }).jpeg().toFile(at('turned.jpg'));
    expect(await readPicture(at('turned.jpg'), OPTIONS)).toMatchObject({ width: 2, height: 4 });
  });

  it('tells why it cannot', async () => {
    await writeFile(at('text.png'), 'no picture');
    await plain(50, 50, [1, 2, 3]).png().toFile(at('whole.png'));
    const whole = await sharp(at('whole.png')).png().toBuffer();
    await writeFile(at('cut.png'), whole.subarray(0, whole.length / 2));
    await expect(readPicture(at('absent.png'), OPTIONS)).rejects.toMatchObject({ code: 'unreadable' });
    await expect(readPicture(at('text.png'), OPTIONS)).rejects.toMatchObject({ code: 'not_media' });
    await expect(readPicture(at('cut.png'), OPTIONS)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('opens no picture that says it has more than 50 megapixels', async () => {
    const claim = await plain(2, 2, [1, 2, 3]).png().toBuffer();
    // Width and height, the first fields of the header chunk, which ends in its checksum.
    claim.writeUInt32BE(10_000, 16);
    claim.writeUInt32BE(5001, 20);
    claim.writeUInt32BE(crc32(claim.subarray(12, 29)), 29);
    await writeFile(at('huge.png'), claim);
    await expect(readPicture(at('huge.png'), OPTIONS)).rejects.toMatchObject({ code: 'too_large' });
  });
});
