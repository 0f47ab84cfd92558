import { type ReadBytes, withBytesOf } from '../byte-window.js';

/** A TIFF's directories, one for each picture. */
export interface Tiff {
  readonly directories: readonly TiffDirectory[];
  /** Whether another TIFF follows where this one ends, to which no directory leads. */
  readonly isFollowed: boolean;
}

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
 * Reads a TIFF's chain of directories, as far as it can be followed: thousands in the time in which sharp opens the file once.
 *
 * @param options.most how many are read.
 * @throws the signal's reason; what the file system says.
 */
export function readTiff(
  path: string,
  { most, signal }: { most: number; signal: AbortSignal },
): Promise<Tiff> {
  return withBytesOf(path, async (readBytes) => {
    const directories: TiffDirectory[] = [];
    let end = 0;
    for await (const { directory, end: ownEnd } of chainOf(readBytes)) {
      signal.throwIfAborted();
      directories.push(directory);
      end = Math.max(end, ownEnd);
      if (directories.length >= most) break;
    }
    // Its last bytes may be there to make their number even.
    const next = (await readBytes(end, 4 + PADDING_BYTES)).toString('latin1');
    return { directories, isFollowed: /^.{0,15}(?:II[*+]\0|MM\0[*+])/s.test(next) };
  });
}

const PADDING_BYTES = 15;

/** Which picture of a file is the first one that is no smaller copy, as far as a TIFF says so; of other files, 0. */
export const firstFullPage = async (path: string): Promise<number> => (await firstPages(path))[0]!;

/** Whether a file is a TIFF of several pages. */
export const hasPages = async (path: string): Promise<boolean> => (await firstPages(path)).length > 1;

/** Which of the first pictures of a TIFF are pages, at least one; of other files, the first. */
async function firstPages(path: string): Promise<number[]> {
  const start = await withBytesOf(path, (readBytes) => readBytes(0, 4));
  if (!/^(?:II[*+]\0|MM\0[*+])/.test(start.toString('latin1'))) return [0];
  const { directories } = await readTiff(path, { most: MOST_COPIES, signal: new AbortController().signal });
  return shownPages(directories);
}

const MOST_COPIES = 16;

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

interface FoundDirectory {
  readonly directory: TiffDirectory;
  /** Where all that it leads to ends in the file. */
  readonly end: number;
}

/** TIFF 6.0, section 2: each directory ends with the place of the next one, the last one with 0. */
async function* chainOf(readBytes: ReadBytes): AsyncGenerator<FoundDirectory, void> {
  const head = await readBytes(0, 4);
  const toNumber = head.toString('latin1', 0, 2) === 'II' ? littleEndian : bigEndian;
  const format = { ...(toNumber(head.subarray(2)) === BIG_TIFF ? BIG : CLASSIC), toNumber };
  const { offsetBytes } = format;
  const seen = new Set([0]);
  for (let linkAt = offsetBytes; ; ) {
    const start = toNumber(await readBytes(linkAt, offsetBytes));
    // Some go round in circles.
    if (seen.has(start)) return;
    seen.add(start);
    const entries = await entriesAt(readBytes, { ...format, start });
    if (!entries) return;
    linkAt = entries.end;
    yield { directory: directoryOf(entries), end: await endOfAll(readBytes, { ...format, entries, seen }) };
  }
}

type Format = typeof CLASSIC & { readonly toNumber: ToNumber };

interface Entry {
  readonly tag: number;
  /** How many bytes each of its values has. */
  readonly valueBytes: number;
  readonly count: number;
  /** Where its values lie in the file, or their place, where they do not fit into the entry. */
  readonly at: number;
  readonly isWithin: boolean;
  /** The first one, where it is a number that lies in the entry; the place of all elsewhere. */
  readonly number: number;
}

type Entries = { readonly list: readonly Entry[]; readonly end: number };

async function entriesAt(
  readBytes: ReadBytes,
  { start, countBytes, entryBytes, offsetBytes, toNumber }: Format & { readonly start: number },
): Promise<Entries | null> {
  const count = toNumber(await readBytes(start, countBytes));
  const bytes = await readBytes(start + countBytes, Math.min(count, MAX_ENTRIES) * entryBytes);
  if (count === 0 || bytes.length < count * entryBytes) return null;
  const list = Array.from({ length: count }, (_, entry): Entry => {
    const own = bytes.subarray(entry * entryBytes, (entry + 1) * entryBytes);
    const [tag, type] = [own.subarray(0, 2), own.subarray(2, 4)].map(toNumber);
    // A value of its own has the place at the entry's end, after how many there are.
    const [length, value] = [own.subarray(4, 4 + offsetBytes), own.subarray(4 + offsetBytes)];
    const valueBytes = VALUE_BYTES[type!] ?? 0;
    const isWithin = toNumber(length) * valueBytes <= offsetBytes;
    const number = toNumber(isWithin ? value.subarray(0, valueBytes) : value);
    const at = isWithin ? start + countBytes + (entry + 1) * entryBytes - offsetBytes : number;
    return { tag: tag!, valueBytes, count: toNumber(length), at, isWithin, number };
  });
  return { list, end: start + countBytes + bytes.length };
}

/** Where the last one of a directory's values, the pixels and the directories to which it leads ends. */
async function endOfAll(
  readBytes: ReadBytes,
  { entries, seen, ...format }: Format & { readonly entries: Entries; readonly seen: Set<number> },
): Promise<number> {
  let end = entries.end + format.offsetBytes;
  const extend = (other: number) => {
    end = Math.max(end, other);
  };
  const numbersOf = (tag: number) =>
    numbersIn(
      readBytes,
      format.toNumber,
      entries.list.find((entry) => entry.tag === tag),
    );
  for (const { at, count, valueBytes, isWithin } of entries.list)
    if (!isWithin) extend(at + count * valueBytes);
  for (const [places, lengths] of PIXELS) {
    const bytes = await numbersOf(lengths);
    for (const [index, place] of (await numbersOf(places)).entries()) extend(place + (bytes[index] ?? 0));
  }
  for (const tag of DIRECTORIES) {
    for (const start of await numbersOf(tag)) {
      if (seen.has(start)) continue;
      seen.add(start);
      const others = await entriesAt(readBytes, { ...format, start });
      if (others) extend(await endOfAll(readBytes, { ...format, entries: others, seen }));
    }
  }
  return end;
}

/** Where pixels lie and how many bytes they have: in strips, in tiles, as one JPEG. */
const PIXELS = [
  [273, 279],
  [324, 325],
  [513, 514],
] as const;

/** Entries that lead to directories beside the chain: smaller copies, EXIF, places, what cameras share. */
const DIRECTORIES = [330, 34665, 34853, 40965];

async function numbersIn(readBytes: ReadBytes, toNumber: ToNumber, entry?: Entry): Promise<number[]> {
  if (!entry || entry.count === 0 || entry.valueBytes === 0) return [];
  const { at, count, valueBytes, isWithin, number } = entry;
  if (isWithin && count === 1) return [number];
  const bytes = await readBytes(at, Math.min(count, MAX_NUMBERS) * valueBytes);
  return Array.from({ length: Math.floor(bytes.length / valueBytes) }, (_, index) =>
    toNumber(bytes.subarray(index * valueBytes, (index + 1) * valueBytes)),
  );
}

/** No picture of MAX_PIXELS has as many tiles. */
const MAX_NUMBERS = 2 ** 20;

/** Unsigned; 0 of no bytes. */
type ToNumber = (bytes: Buffer) => number;
const bigEndian: ToNumber = (bytes) => bytes.reduce((number, byte) => number * 256 + byte, 0);
const littleEndian: ToNumber = (bytes) => bytes.reduceRight((number, byte) => number * 256 + byte, 0);

const SUBFILE_TYPE = 254;
const WIDTH = 256;
const HEIGHT = 257;

/** How many bytes a value has, by the type of its entry, from BYTE to IFD8. */
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

function directoryOf({ list }: Entries): TiffDirectory {
  const values = new Map(list.map(({ tag, number }) => [tag, number]));
  return {
    width: values.get(WIDTH) ?? 0,
    height: values.get(HEIGHT) ?? 0,
    subfileType: values.get(SUBFILE_TYPE) ?? null,
  };
}
