import { crc32, deflateSync } from 'node:zlib';

/** An animated PNG (PNG, third edition) of grey squares, each shown for its own time. */
export function animatedPng(
  pictures: ReadonlyArray<{ readonly grey: number; readonly milliseconds: number; readonly alpha?: number }>,
): Buffer {
  const side = 32;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // 8 bits, grey and alpha.
  header.set([8, 4, 0, 0, 0], 8);
  let sequence = 0;
  const frames = pictures.flatMap(({ grey, milliseconds, alpha = 255 }, index) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence++, 0);
    control.writeUInt32BE(side, 4);
    control.writeUInt32BE(side, 8);
    control.writeUInt16BE(milliseconds, 20);
    control.writeUInt16BE(1000, 22);
    const row = Buffer.concat([Buffer.of(0), Buffer.concat(Array(side).fill(Buffer.of(grey, alpha)))]);
    const pixels = deflateSync(Buffer.concat(Array(side).fill(row)));
    const number = Buffer.alloc(4);
    if (index > 0) number.writeUInt32BE(sequence++);
    return [
      chunk('fcTL', control),
      index === 0 ? chunk('IDAT', pixels) : chunk('fdAT', Buffer.concat([number, pixels])),
    ];
  });
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(pictures.length);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('acTL', animation),
    ...frames,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body) >>> 0);
  return Buffer.concat([length, body, check]);
}
