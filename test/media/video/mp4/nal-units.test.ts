import { expect, test } from 'vitest';
import {
  type FrameCodec,
  isIndependent,
  isNeverReferred,
} from '../../../../src/media/video/mp4/nal-units.js';

const h264: FrameCodec = { kind: 'h264', lengthBytes: 4 };
const h265: FrameCodec = { kind: 'h265', lengthBytes: 4 };

/** NAL units of three bytes, of which the first is given. */
const sample = (lengthBytes: number, ...headers: readonly number[]) =>
  Buffer.concat(
    headers.map((header) => {
      const unit = Buffer.alloc(lengthBytes + 3);
      unit.writeUIntBE(3, 0, lengthBytes);
      unit[lengthBytes] = header;
      return unit;
    }),
  );

test('of H.264, the first slice says it, after what else is in the frame', () => {
  const [delimiter, information, idr, reference, disposable] = [0x09, 0x06, 0x65, 0x41, 0x01];
  expect(isIndependent(sample(4, delimiter, information, idr), h264)).toBe(true);
  expect(isIndependent(sample(4, delimiter, reference), h264)).toBe(false);
  expect(isNeverReferred(sample(4, information, disposable), h264)).toBe(true);
  expect(isNeverReferred(sample(4, information, reference), h264)).toBe(false);
  // The second field of a picture may be one that others depend on.
  expect(isNeverReferred(sample(4, disposable, reference), h264)).toBe(false);
  expect(isNeverReferred(sample(2, disposable), { kind: 'h264', lengthBytes: 2 })).toBe(true);
});

test('of H.265, IDR pictures are independent, CRA pictures are not, and none is left out', () => {
  const header = (type: number) => type << 1;
  expect([19, 20, 21, 1].map((type) => isIndependent(sample(4, header(32), header(type)), h265))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isNeverReferred(sample(4, header(0)), h265)).toBe(false);
});

test('frames without a slice, or that break off, are neither', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(3), sample(4, 0x06), Buffer.alloc(64, 0xff)]) {
    expect([isIndependent(bytes, h264), isNeverReferred(bytes, h264)]).toEqual([false, false]);
  }
});
