/** A page of a TIFF: a picture of one grey. */
export interface TiffPage {
  readonly width: number;
  readonly height: number;
  readonly grey: number;
  /** NewSubfileType; left out when absent. */
  readonly subfileType?: number;
}

/** A TIFF as TIFF 6.0 has it, uncompressed and little-endian: each page's pixels, then its directory. */
export function pagedTiff(pages: readonly TiffPage[]): Buffer {
  const parts = [Buffer.from('II*\0\0\0\0\0', 'latin1')];
  let length = 8;
  let link = parts[0]!.subarray(4);
  for (const { width, height, grey, subfileType } of pages) {
    const pixels = Buffer.alloc(2 * Math.ceil((width * height) / 2), grey);
    const entries = [
      ...(subfileType === undefined ? [] : [[254, subfileType]]),
      ...[
        [256, width],
        [257, height],
        [258, 8],
        [259, 1],
        [262, 1],
        [273, length],
        [277, 1],
        [278, height],
        [279, width * height],
      ],
    ].map(([tag, value]) => {
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(tag!, 0);
      // One LONG.
      entry.writeUInt16LE(4, 2);
      entry.writeUInt32LE(1, 4);
      entry.writeUInt32LE(value!, 8);
      return entry;
    });
    const directory = Buffer.concat([Buffer.of(entries.length, 0), ...entries, Buffer.alloc(4)]);
    link.writeUInt32LE(length + pixels.length);
    link = directory.subarray(directory.length - 4);
    parts.push(pixels, directory);
    length += pixels.length + directory.length;
  }
  return Buffer.concat(parts);
}
