import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { appendFile, chmod, readdir, rm, stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { cacheFolder } from '../../platform/cache-folder.js';
import { makeFolder } from '../../platform/make-folder.js';
import { readLargeFile } from '../../platform/regular-file.js';
import { replaceFile } from '../../platform/replace-file.js';
import { clipstepVersion } from '../../platform/version.js';
import type { Graph } from './graph.js';
import { encodeModel } from './onnx-model.js';
import { type OnnxRuntime, OnnxSession, type SessionOptions } from './session.js';

/**
 * Opens graphs whose weights are known by name. As onnxruntime has optimized such a graph, it is kept in the user's cache,
 * weights included: from there a session opens in a quarter of the time. What it computes is the same to the last bit.
 */
export class KeptGraphs {
  readonly #runtime: OnnxRuntime;
  readonly #machine: readonly unknown[];

  /** @param block As findChannelBlock says: what is optimized has weights that lie as the processor's kernels want them. */
  constructor(runtime: OnnxRuntime, block: number) {
    this.#runtime = runtime;
    this.#machine = [process.platform, process.arch, cpus()[0]?.model, block];
  }

  /**
   * @param name All that the graph depends on but this program, as JSON has it; it is not kept when absent.
   * @throws Error of onnxruntime where the graph does not compile.
   */
  async open(name: unknown, build: () => Graph, options: SessionOptions): Promise<OnnxSession> {
    const place = name === undefined ? null : this.#placeOf(name, options);
    if (!place) return OnnxSession.open(this.#runtime, build(), options);
    const kept = await readKept(place);
    return (kept && (await this.#openKept(kept, options))) ?? this.#openAndKeep(place, build(), options);
  }

  #placeOf(name: unknown, { wideProducts = false }: SessionOptions): string | null {
    const { common } = this.#runtime.env.versions;
    const identity = JSON.stringify([name, wideProducts, common, this.#machine, thisProgram()]);
    try {
      return cacheFolder(
        'graphs',
        `${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.onnx`,
      );
    } catch {
      return null; // there is no place for a cache
    }
  }

  /** @returns null where this onnxruntime does not take it. */
  #openKept(model: Uint8Array, options: SessionOptions): Promise<OnnxSession | null> {
    return OnnxSession.openModel(this.#runtime, model, { ...options, isOptimized: true }).catch(() => null);
  }

  /** A cache that cannot be written makes the next start slower, and nothing else. */
  async #openAndKeep(place: string, graph: Graph, options: SessionOptions): Promise<OnnxSession> {
    const model = encodeModel(graph);
    if (model.length > LARGEST_BYTES) return OnnxSession.openModel(this.#runtime, model, options);
    let session: OnnxSession | undefined;
    try {
      await makeFolder(dirname(place));
      // Weights may be for nobody else to read.
      await chmod(dirname(place), 0o700);
      const fill = async (temporary: string) => {
        session = await OnnxSession.openModel(this.#runtime, model, { ...options, optimizedPath: temporary });
        await seal(temporary);
      };
      await replaceFile(place, fill, { isSynced: false });
      await removeOldest(dirname(place));
    } catch {
      // Where the graph does not compile, this says so.
      session ??= await OnnxSession.openModel(this.#runtime, model, options);
    }
    return session!;
  }
}

/** The graph of a name may be another one in another version of this program, or where this file was built anew. */
function thisProgram(): unknown {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return [clipstepVersion(), import.meta.url, size, mtimeMs];
}

/** What is kept ends with the checksum of the bytes before, since onnxruntime would compute with damaged weights. */
const CHECKSUM_BYTES = 4;

async function seal(path: string): Promise<void> {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(await readLargeFile(path)));
  await appendFile(path, checksum);
}

/** @returns null where there is none that is whole. */
async function readKept(path: string): Promise<Uint8Array | null> {
  const bytes = await readLargeFile(path).catch(() => null);
  if (!bytes || bytes.length < CHECKSUM_BYTES) return null;
  const end = bytes.length - CHECKSUM_BYTES;
  const model = bytes.subarray(0, end);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true);
  return crc32(model) === checksum ? model : null;
}

/** More than any encoder has. Larger graphs are those of many words, in which there is little to optimize. */
const LARGEST_BYTES = 2 ** 25;

/** For some ten models with the largest encoder. */
const MOST_BYTES = 2 ** 28;

/** Keeps the newest files, of so many bytes together. */
async function removeOldest(folder: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  files.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = 0;
  for (const { path, size } of files) {
    bytes += size;
    if (bytes > MOST_BYTES) await rm(path, { force: true });
  }
}
