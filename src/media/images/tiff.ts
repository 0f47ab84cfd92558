import { type ReadBytes, withBytesOf } from './byte-window.js';

/** What a directory of a TIFF says of its picture. */
export interface TiffDirectory {
  /** In pixels; 0 where it does not say. */
  readonly width: number;
  readonly height: number;
  /** NewSubfileType, a sum of what follows; null where it does not say. */
  readonly subfileType: number | null;
}

const REDUCED_COPY = 1;
const MASK = 4;

/**
 * Reads a TIFF's chain of directories, one for each picture, as far as it can be followed: thousands in the time in
 * which sharp opens the file once.
 *
 * @param options.most how many are read.
 * @throws the signal's reason; what the file system says.
 */
export function readTiffDirectories(
  path: string,
  { most, signal }: { most: number; signal: AbortSignal },
): Promise<TiffDirectory[]> {
  return withBytesOf(path, async (readBytes) => {
    const directories: TiffDirectory[] = [];
    for await (const directory of chainOf(readBytes)) {
      signal.throwIfAborted();
      directories.push(directory);
      if (directories.length >= most) break;
    }
    return directories;
  });
}

/**
 * Which pictures are pages, at least one: not masks and smaller copies. Who does not say what a picture is shrinks it in
 * both directions alike to make a copy.
 */
export function shownPages(directories: readonly TiffDirectory[]): number[] {
  const isPage = (directory: TiffDirectory) =>
    directory.subfileType === null
      ? !isShrunk(directory, directories[0]!)
      : (directory.subfileType & (REDUCED_COPY | MASK)) === 0;
  const shown = directories.flatMap((directory, page) => (isPage(directory) ? [page] : []));
  return shown.length > 0 ? shown : [0];
}

/** Whether a picture is smaller than another and has its shape, but for rounding to whole pixels. */
function isShrunk({ width, height }: TiffDirectory, original: TiffDirectory): boolean {
  const misfit = Math.abs(width * original.height - height * original.width);
  return width < original.width && height < original.height && misfit <= original.width + original.height;
}

/** How many bytes things have in a TIFF, and in a BigTIFF, which has the same with longer numbers. */
const CLASSIC = { offsetBytes: 4, countBytes: 2, entryBytes: 12 };
const BIG = { offsetBytes: 8, countBytes: 8, entryBytes: 20 };
const BIG_TIFF = 43;

/** A classic one cannot have more. */
const MAX_ENTRIES = 2 ** 16;

/** TIFF 6.0, section 2: each directory ends with the place of the next one, the last one with 0. */
async function* chainOf(readBytes: ReadBytes): AsyncGenerator<TiffDirectory, void> {
  const head = await readBytes(0, 4);
  const toNumber = head.toString('latin1', 0, 2) === 'II' ? littleEndian : bigEndian;
  const { offsetBytes, countBytes, entryBytes } = toNumber(head.subarray(2)) === BIG_TIFF ? BIG : CLASSIC;
  const seen = new Set([0]);
  for (let linkAt = offsetBytes; ; ) {
    const start = toNumber(await readBytes(linkAt, offsetBytes));
    // Some go round in circles.
    if (seen.has(start)) return;
    seen.add(start);
    const count = toNumber(await readBytes(start, countBytes));
    const entries = await readBytes(start + countBytes, Math.min(count, MAX_ENTRIES) * entryBytes);
    if (count === 0 || entries.length < count * entryBytes) return;
    yield directoryOf(entries, { entryBytes, toNumber });
    linkAt = start + countBytes + entries.length;
  }
}

/** Unsigned; 0 of no bytes. */
type ToNumber = (bytes: Buffer) => number;
const bigEndian: ToNumber = (bytes) => bytes.reduce((number, byte) => number * 256 + byte, 0);
const littleEndian: ToNumber = (bytes) => bytes.reduceRight((number, byte) => number * 256 + byte, 0);

const SUBFILE_TYPE = 254;
const WIDTH = 256;
const HEIGHT = 257;

/** The bytes of a number, by the type of its entry: SHORT, LONG and LONG8. */
const NUMBER_BYTES: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };

function directoryOf(
  entries: Buffer,
  { entryBytes, toNumber }: { entryBytes: number; toNumber: ToNumber },
): TiffDirectory {
  const values = new Map<number, number>();
  for (let at = 0; at < entries.length; at += entryBytes) {
    const [tag, type] = [entries.subarray(at, at + 2), entries.subarray(at + 2, at + 4)].map(toNumber);
    // A value of its own has the place at the entry's end, after how many there are.
    const valueAt = at + 4 + (entryBytes - 4) / 2;
    values.set(tag!, toNumber(entries.subarray(valueAt, valueAt + (NUMBER_BYTES[type!] ?? 0))));
  }
  return {
    width: values.get(WIDTH) ?? 0,
    height: values.get(HEIGHT) ?? 0,
    subfileType: values.get(SUBFILE_TYPE) ?? null,
  };
}
