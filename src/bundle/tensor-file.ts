import { createHash } from 'node:crypto';
import { messageOf } from '../errors.js';
import { readLargeFile } from '../platform/regular-file.js';
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
  const bytes = await readLargeFile(path).catch((cause: unknown) => {
    throw damaged(path, `cannot be read: ${messageOf(cause)}`, cause);
  });
  checkFile(bytes, record, path);
  return decodeSafetensors(bytes, path).weights;
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
