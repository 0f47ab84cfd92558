import type { FileHandle } from 'node:fs/promises';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 2 ** 20;

/** The whole lines of a file from its start, each with its line break; what is after the last one is left out. */
export async function* fileLines(file: FileHandle, chunkBytes = CHUNK_BYTES): AsyncGenerator<Buffer, void> {
  let unfinished = Buffer.alloc(0);
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let rest = Buffer.concat([unfinished, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
    unfinished = rest;
  }
}
