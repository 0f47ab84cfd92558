import { messageOf, UserError } from '../../errors.js';
import { readBoundedFile } from '../../platform/regular-file.js';
import { unpack } from './gzip.js';

/** An array of bytes as an IDX file holds it (LeCun, Cortes and Burges, "The MNIST database"). */
export interface IdxArray {
  /** Whole numbers from 0, at least one. */
  readonly shape: readonly number[];
  /** uint8, row-major; its length is the product of `shape`. */
  readonly data: Uint8Array;
}

/** Bytes before the sizes of the dimensions: two zeros, the type, the number of dimensions. */
const MAGIC_BYTES = 4;
const SIZE_BYTES = 4;
const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x09, 'signed bytes'],
  [0x0b, '16-bit whole numbers'],
  [0x0c, '32-bit whole numbers'],
  [0x0d, '32-bit floats'],
  [0x0e, '64-bit floats'],
]);
/** Five times EMNIST digits' 188 MB, the largest set of this shape in common use. */
const LARGEST_BYTES = 2 ** 30;

/**
 * Reads an IDX file of unsigned bytes, gzipped or not: its content says which, not its name.
 *
 * @throws UserError `not_found`, `unreadable`, or `bad_dataset` when it is no IDX file, holds another type,
 *   or is shorter or longer than its header says.
 */
export async function readIdx(path: string): Promise<IdxArray> {
  const content = await readContent(path);
  const bytes = await unpack(content, LARGEST_BYTES).catch((cause: unknown) => {
    throw badFile(path, { found: `cannot be unpacked: ${messageOf(cause)}`, cause });
  });
  const shape = parseHeader(bytes, path);
  // A Uint8Array and no Buffer, whose `slice` would share its memory.
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset).subarray(
    headerLength(shape.length),
    bytes.length,
  );
  checkLength(data.length, { shape, path });
  return { shape, data };
}

/** The bytes of an array's IDX file, not gzipped. */
export function encodeIdx({ shape, data }: IdxArray): Uint8Array {
  const header = Buffer.alloc(headerLength(shape.length));
  header[2] = UNSIGNED_BYTE;
  header[3] = shape.length;
  shape.forEach((size, dimension) => {
    header.writeUInt32BE(size, MAGIC_BYTES + dimension * SIZE_BYTES);
  });
  return Buffer.concat([header, data]);
}

async function readContent(path: string): Promise<Uint8Array> {
  try {
    return await readBoundedFile(path, { maxBytes: LARGEST_BYTES });
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new UserError(missing ? 'not_found' : 'unreadable', {
      problem: `The IDX file ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give the path of an IDX file such as train-images-idx3-ubyte, gzipped or not.',
      cause,
    });
  }
}

function parseHeader(bytes: Uint8Array, path: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < MAGIC_BYTES) {
    throw badFile(path, {
      found: `ends after ${bytes.length} bytes, within the magic number of ${MAGIC_BYTES}`,
    });
  }
  const [type, dimensions] = [view.getUint8(2), view.getUint8(3)];
  const otherType = OTHER_TYPES.get(type);
  if (view.getUint16(0) !== 0 || (type !== UNSIGNED_BYTE && !otherType) || dimensions === 0) {
    const magic = view.getUint32(0).toString(16).padStart(8, '0');
    throw badFile(path, {
      found: `begins with 0x${magic}, where an IDX file of bytes has 0x000008 and its number of dimensions`,
    });
  }
  if (otherType) throw badFile(path, { found: `holds ${otherType}, where unsigned bytes are expected` });
  if (bytes.length < headerLength(dimensions)) {
    throw badFile(path, {
      found: `ends after ${bytes.length} bytes, within its header of ${headerLength(dimensions)}`,
    });
  }
  return Array.from({ length: dimensions }, (_, dimension) =>
    view.getUint32(MAGIC_BYTES + dimension * SIZE_BYTES),
  );
}

function checkLength(found: number, { shape, path }: { shape: readonly number[]; path: string }): void {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (found === expected) return;
  const what =
    found < expected
      ? `is truncated: it holds ${found} of the ${expected} bytes`
      : `has ${found - expected} bytes too many after the ${expected}`;
  throw badFile(path, { found: `${what} that its header says: ${shape.join(' x ')}` });
}

const headerLength = (dimensions: number): number => MAGIC_BYTES + dimensions * SIZE_BYTES;

function badFile(path: string, { found, cause }: { found: string; cause?: unknown }): UserError {
  return new UserError('bad_dataset', {
    problem: `The IDX file ${path} ${found}.`,
    fix: 'Fetch or write the file again; `gzip -t` says whether a .gz file is whole.',
    cause,
  });
}
