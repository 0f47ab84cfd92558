/** How the frames of a track are coded, as far as it matters which other frames they depend on. */
export type FrameCodec =
  /** ITU-T H.264, each NAL unit after its length in so many bytes. */
  | { readonly kind: 'h264'; readonly lengthBytes: number }
  /** ITU-T H.265, likewise. */
  | { readonly kind: 'h265'; readonly lengthBytes: number };

/** Whether no frame after this one, in the order of decoding, depends on one before it (an IDR picture). */
export function isIndependent(sample: Buffer, codec: FrameCodec): boolean {
  const [header] = sliceHeaders(sample, codec);
  if (header === undefined) return false;
  switch (codec.kind) {
    case 'h264':
      return (header & 0x1f) === 5;
    case 'h265':
      return h265Type(header) === 19 || h265Type(header) === 20;
  }
}

/**
 * Whether no other frame depends on this one. H.264 says so in each slice (nal_ref_idc 0); H.265 says only that none of
 * the same sub-layer does. What a damaged sample says of itself does not count.
 */
export function isNeverReferred(sample: Buffer, codec: FrameCodec): boolean {
  if (codec.kind !== 'h264' || !isWhole(sample, codec)) return false;
  const headers = [...sliceHeaders(sample, codec)];
  return headers.length > 0 && headers.every((header) => (header & 0x60) === 0);
}

/** Whether NAL units fill the sample. */
function isWhole(sample: Buffer, { lengthBytes }: FrameCodec): boolean {
  let start = 0;
  while (start + lengthBytes < sample.length) start += lengthBytes + sample.readUIntBE(start, lengthBytes);
  return start === sample.length;
}

/** The first byte of each NAL unit with a part of the picture. */
function* sliceHeaders(sample: Buffer, codec: FrameCodec): Generator<number> {
  const { lengthBytes } = codec;
  for (let start = 0; start + lengthBytes < sample.length; ) {
    const header = sample[start + lengthBytes]!;
    if (isSlice(header, codec)) yield header;
    start += lengthBytes + sample.readUIntBE(start, lengthBytes);
  }
}

const isSlice = (header: number, { kind }: FrameCodec): boolean =>
  kind === 'h264' ? [1, 2, 3, 4, 5].includes(header & 0x1f) : h265Type(header) < 32;

const h265Type = (header: number): number => (header >> 1) & 0x3f;
