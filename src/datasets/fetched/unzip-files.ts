import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { messageOf } from '../../errors.js';
import type { PublishedFile } from './catalogue.js';

/**
 * Takes files out of a zip by their names there, none larger than it should be.
 * @throws Error with what is wrong as a sentence about a server, as fetchBytes.
 */
export async function unzipFiles(
  zip: Uint8Array,
  files: readonly PublishedFile[],
): Promise<Map<PublishedFile, Uint8Array>> {
  const contents = new Map<PublishedFile, Uint8Array>();
  try {
    const opened = await fromBufferPromise(Buffer.from(zip), { lazyEntries: true });
    for await (const entry of opened.eachEntry()) {
      const file = files.find((wanted) => wanted.entry === entry.fileName);
      if (!file) continue;
      if (entry.uncompressedSize !== file.byteLength) {
        throw new Error(`${file.name} has ${entry.uncompressedSize} bytes, expected ${file.byteLength}`);
      }
      contents.set(file, await buffer(await opened.openReadStreamPromise(entry)));
    }
  } catch (cause) {
    throw new Error(`it sent a zip that cannot be used: ${messageOf(cause)}`, { cause });
  }
  const absent = files.find((file) => !contents.has(file));
  if (absent) throw new Error(`it sent a zip without ${absent.entry}`);
  return contents;
}
