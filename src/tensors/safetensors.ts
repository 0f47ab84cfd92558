import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../errors.js';
import { elementCount, type Tensor, type Weights } from './tensor.js';

/** What a safetensors file of Clipstep holds. */
export interface SafetensorsContent {
  /** In the order in which their values lie in the file. */
  readonly weights: Weights;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
/** The format's own bound (100 MB), without which a damaged length would have us parse a whole disk. */
const MAX_HEADER_BYTES = 100_000_000;
const SPACE = 0x20;

/**
 * Weights as the bytes of a safetensors file: the header's length (uint64), the header (JSON, padded with
 * spaces so that the values start at a multiple of 8), the values (float32, little-endian, or int8; one tensor
 * after the other). The same weights and metadata always give the same bytes.
 *
 * Source: https://huggingface.co/docs/safetensors, section Format.
 */
export function encodeSafetensors(weights: Weights, metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, tensor] of weights) {
    const { shape } = tensor;
    const begin = end;
    end += storedBytes(tensor).byteLength;
    header[name] = { dtype: tensor.storage === 'int8' ? 'I8' : 'F32', shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end).fill(SPACE, 0, LENGTH_BYTES + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerBytes;
  for (const tensor of weights.values()) {
    const stored = storedBytes(tensor);
    bytes.set(stored, offset);
    offset += stored.byteLength;
  }
  return bytes;
}

/**
 * The weights in the bytes of a safetensors file. They lie in these bytes, where arrays may begin there, so that nobody else
 * may use them any more. Nothing is believed:
 * the header is bounded, offsets are contiguous from 0, each size is shape x 4 bytes (1 for int8), the tensors cover the
 * file to its last byte, and every value is finite.
 *
 * @param origin The file's name, for errors.
 * @throws UserError `bad_weights`, each defect in its own words.
 */
export function decodeSafetensors(bytes: Uint8Array, origin: string): SafetensorsContent {
  const refuse = refuser(origin);
  const { metadata, entries, valuesStart } = readHeader(bytes, refuse);
  const values = bytes.subarray(valuesStart);
  let covered = 0;
  for (const entry of entries) {
    checkSpan(entry, { expectedBegin: covered, available: values.length, refuse });
    covered = entry.end;
  }
  if (covered !== values.length) {
    refuse(`its tensors cover ${covered} bytes of values, but it has ${values.length}`);
  }
  return {
    weights: new Map(entries.map((entry) => [entry.name, readTensor(entry, values, refuse)])),
    metadata,
  };
}

function storedBytes({ data, storage }: Tensor): Uint8Array {
  const stored = storage === 'int8' ? new Int8Array(data) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** One tensor as the header describes it; `begin` and `end` count bytes from the first value. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'F32' | 'I8';
  readonly begin: number;
  readonly end: number;
}

type Refuse = (found: string, cause?: unknown) => never;

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).default({}) }).catchall(
  z.strictObject({
    dtype: z.enum(['F32', 'I8']),
    shape: z.array(z.int().min(0)),
    data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
  }),
);

function refuser(origin: string): Refuse {
  return (found, cause) => {
    throw new UserError('bad_weights', {
      problem: `The weights file ${origin} is not a sound safetensors file: ${found}.`,
      fix: 'Get or make the file again; it may have been cut short or changed.',
      cause,
    });
  };
}

function readHeader(bytes: Uint8Array, refuse: Refuse) {
  const valuesStart = findValues(bytes, refuse);
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, valuesStart));
    json = JSON.parse(text);
  } catch (cause) {
    return refuse(`its header is not JSON (${messageOf(cause)})`, cause);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) return refuse(`its header has entries that do not fit:\n${listIssues(parsed.error)}`);
  const { __metadata__: metadata, ...tensors } = parsed.data;
  const entries = Object.entries(tensors).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]): Entry => ({ name, dtype, shape, begin, end }),
  );
  entries.sort((first, second) => first.begin - second.begin || first.end - second.end);
  return { metadata, entries, valuesStart };
}

/** Where the header ends and the values begin. */
function findValues(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < LENGTH_BYTES) {
    return refuse(`it has ${bytes.length} bytes, fewer than the ${LENGTH_BYTES} of the header's length`);
  }
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (headerBytes > MAX_HEADER_BYTES) {
    return refuse(`it claims a header of ${headerBytes} bytes, more than the ${MAX_HEADER_BYTES} allowed`);
  }
  const valuesStart = LENGTH_BYTES + Number(headerBytes);
  if (valuesStart > bytes.length) {
    return refuse(`its header should end at byte ${valuesStart}, but the file ends at byte ${bytes.length}`);
  }
  return valuesStart;
}

function checkSpan(
  { name, dtype, shape, begin, end }: Entry,
  options: { expectedBegin: number; available: number; refuse: Refuse },
): void {
  const { expectedBegin, available, refuse } = options;
  if (begin !== expectedBegin) {
    refuse(`tensor ${name} begins at byte ${begin} of the values, where ${expectedBegin} was expected`);
  }
  const expectedBytes = elementCount(shape) * (dtype === 'I8' ? 1 : Float32Array.BYTES_PER_ELEMENT);
  if (end - begin !== expectedBytes) {
    refuse(
      `tensor ${name} of shape [${shape}] has ${end - begin} bytes, where ${expectedBytes} were expected`,
    );
  }
  if (end > available) {
    refuse(`tensor ${name} ends at byte ${end} of the values, of which there are ${available}`);
  }
}

function readTensor({ name, dtype, shape, begin, end }: Entry, values: Uint8Array, refuse: Refuse): Tensor {
  if (dtype === 'I8') {
    const whole = new Int8Array(values.buffer, values.byteOffset + begin, end - begin);
    return { shape, data: new Float32Array(whole), storage: 'int8' };
  }
  const data = asFloats(values.subarray(begin, end));
  const bad = findNonFinite(data);
  if (bad >= 0)
    refuse(`tensor ${name} holds ${data[bad]} at place ${bad}, where a finite number was expected`);
  return { shape, data };
}

/** In the same memory where a float32 may begin there, otherwise a copy. */
function asFloats(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const size = Float32Array.BYTES_PER_ELEMENT;
  if (byteOffset % size === 0) return new Float32Array(buffer, byteOffset, byteLength / size);
  // The constructor copies: slice would do on a Uint8Array, but on a Buffer it shares the memory.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** A loop, since findIndex calls a function for each of some millions of values: a third of the time. */
function findNonFinite(data: Float32Array): number {
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index])) return index;
  }
  return -1;
}
