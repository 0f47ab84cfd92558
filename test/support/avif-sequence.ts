/** A picture of a sequence, as sharp writes it: an AVIF without transparency. */
export interface SequencePicture {
  readonly avif: Buffer;
  readonly milliseconds: number;
}

interface SequenceOptions {
  /** The still picture beside the film, which viewers of still pictures show. */
  readonly cover: Buffer;
  /** Whether the header lies after the frames. */
  readonly isHeaderLast?: boolean;
  /** Whether a track of transparency comes before that of the pictures: here, of the cover. */
  readonly hasAlphaFirst?: boolean;
}

/** A sequence of AVIF (AV1 Image File Format, section 4.2), with the still picture that such a file holds as well. */
export function avifSequence(
  pictures: readonly SequencePicture[],
  { cover, isHeaderLast = false, hasAlphaFirst = false }: SequenceOptions,
): Buffer {
  const type = box('ftyp', Buffer.from('avis'), words(0), Buffer.from('avisavifmsf1mif1'));
  // The cover's list of itself, whose place in the file no longer is right: only readers of still pictures would mind.
  const stills = Buffer.from(partOf(cover, 'meta'));
  const frames = pictures.map(({ avif }) => contentOf(avif, 'mdat'));
  const data = box('mdat', contentOf(cover, 'mdat'), ...frames);
  const header = (shift: number) => {
    const alpha = trackBox('auxv', {
      pictures: pictures.map((each) => ({ ...each, avif: cover })),
      shift,
      id: 2,
    });
    const film = trackBox('pict', { pictures, shift: shift + contentOf(cover, 'mdat').length, id: 1 });
    return box('moov', movieHeader(pictures), ...(hasAlphaFirst ? [alpha, film] : [film]));
  };
  const before = type.length + stills.length + 8;
  return isHeaderLast
    ? Buffer.concat([type, stills, data, header(before)])
    : Buffer.concat([type, stills, header(before + header(0).length), data]);
}

const lengthOf = (pictures: readonly SequencePicture[]) =>
  pictures.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

const MATRIX = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

const movieHeader = (pictures: readonly SequencePicture[]): Buffer =>
  box(
    'mvhd',
    words(0, 0, 0, 1000, lengthOf(pictures), 0x10000, 0x01000000, 0, 0),
    MATRIX,
    words(0, 0, 0, 0, 0, 0, 3),
  );

interface TrackOptions {
  readonly pictures: readonly SequencePicture[];
  /** Where the first frame lies; the cover's, of the alpha's track, all lie there. */
  readonly shift: number;
  readonly id: number;
}

function trackBox(handler: 'pict' | 'auxv', { pictures, shift, id }: TrackOptions): Buffer {
  const sizes = pictures.map(({ avif }) => contentOf(avif, 'mdat').length);
  const starts = sizes.map((_, frame) =>
    handler === 'auxv' ? shift : sizes.slice(0, frame).reduce((sum, size) => sum + size, shift),
  );
  const side = words((32 << 16) | 32);
  const entry = box(
    'av01',
    ...[words(0, 1, 0, 0, 0, 0), side, words(0x480000, 0x480000, 0, 0x10000), Buffer.alloc(28)],
    ...[words((24 << 16) | 0xffff), partOf(pictures[0]!.avif, 'av1C')],
  );
  const tables = box(
    'stbl',
    box('stsd', words(0, 1), entry),
    box('stts', words(0, pictures.length, ...pictures.flatMap(({ milliseconds }) => [1, milliseconds]))),
    box('stsc', words(0, 1, 1, 1, 1)),
    box('stsz', words(0, 0, sizes.length, ...sizes)),
    box('stco', words(0, starts.length, ...starts)),
  );
  const source = box('dinf', box('dref', words(0, 1), box('url ', words(1))));
  return box(
    'trak',
    box('tkhd', words(3, 0, 0, id, 0, lengthOf(pictures), 0, 0, 0, 0), MATRIX, words(32 << 16, 32 << 16)),
    box(
      'mdia',
      box('mdhd', words(0, 0, 0, 1000, lengthOf(pictures), 0x55c40000)),
      box('hdlr', words(0, 0), Buffer.from(handler), words(0, 0, 0), Buffer.from('\0')),
      box('minf', box('vmhd', words(1, 0, 0)), source, tables),
    ),
  );
}

function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([words(8 + content.length), Buffer.from(type, 'latin1'), content]);
}

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value >>> 0, 4 * index);
  });
  return buffer;
}

/** The first box of a type, at any depth. */
function partOf(file: Buffer, type: string): Buffer {
  const start = file.indexOf(type, 0, 'latin1') - 4;
  if (start < 0) throw new Error(`There is no ${type} in it`);
  return file.subarray(start, start + file.readUInt32BE(start));
}

const contentOf = (file: Buffer, type: string): Buffer => partOf(file, type).subarray(8);
