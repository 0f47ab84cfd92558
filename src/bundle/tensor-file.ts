import { createHash } from 'node:crypto';
import { messageOf } from '../errors.js';
import { openRegularFile } from '../platform/regular-file.js';
import { decodeSafetensors, encodeSafetensors } from '../tensors/safetensors.js';
import type { Weights } from '../tensors/tensor.js';
import { damaged, type FileRecord, MANIFEST_FILE } from './manifest.js';

/** A file of tensors, and what the manifest says of it. */
export function tensorFile<Name extends string>(
  file: Name,
  weights: Weights,
): { bytes: Uint8Array; record: FileRecord<Name> } {
  const bytes = encodeSafetensors(weights);
  return { bytes, record: { file, bytes: bytes.byteLength, sha256: sha256(bytes) } };
}

/** @throws UserError `bad_bundle` for a file that is not as its manifest says, `bad_weights` for one of other content. */
export async function readTensorFile(path: string, record: FileRecord): Promise<Weights> {
  const bytes = await readWhole(path).catch((cause: unknown) => {
    throw damaged(path, `cannot be read: ${messageOf(cause)}`, cause);
  });
  checkFile(bytes, record, path);
  return decodeSafetensors(bytes, path).weights;
}

/** In as few goes as the system allows: readFile takes half a megabyte at a time and waits for its turn before each. */
async function readWhole(path: string): Promise<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    const bytes = new Uint8Array((await file.stat()).size);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

function checkFile(bytes: Uint8Array, expected: FileRecord, path: string): void {
  if (bytes.byteLength !== expected.bytes) {
    const how = bytes.byteLength < expected.bytes ? 'cut short' : 'too long';
    throw damaged(
      path,
      `is ${how}: it has ${bytes.byteLength} bytes, ${MANIFEST_FILE} says ${expected.bytes}`,
    );
  }
  const digest = sha256(bytes);
  if (digest !== expected.sha256) {
    throw damaged(path, `was changed: its sha256 is ${digest}, ${MANIFEST_FILE} says ${expected.sha256}`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
