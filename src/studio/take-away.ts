import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { makeZip } from 'client-zip';
import { loadBundle } from '../bundle/bundle.js';
import { exportModel } from '../export/export-model.js';

/** What a model can be taken away as. */
export const DOWNLOADS = ['model', 'onnx', 'web', 'tfjs'] as const;

export type DownloadKind = (typeof DOWNLOADS)[number];

/**
 * A model's folder as a zip, or what `clipstep export` makes of it: an ONNX file, or a zip of a page or of a TensorFlow.js
 * model.
 *
 * @param options.temporaryFolder where an export is written before it is sent; it is gone when it is sent.
 * @throws UserError as exportModel.
 */
export async function takeAway(
  model: string,
  { kind, temporaryFolder }: { kind: DownloadKind; temporaryFolder: string },
): Promise<Response> {
  const name = basename(model);
  if (kind === 'model') return zipped(model, name);
  const folder = await mkdtemp(join(temporaryFolder, 'export-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const out = join(folder, kind === 'onnx' ? `${name}.onnx` : name);
    await exportModel(await loadBundle(model), { out, format: kind });
    const stream = kind === 'onnx' ? fileStream(out) : makeZip(filesOf(out, `${name}-${kind}`));
    return download(afterwards(stream, remove), kind === 'onnx' ? `${name}.onnx` : `${name}-${kind}.zip`);
  } catch (error) {
    await remove();
    throw error;
  }
}

const zipped = (folder: string, name: string): Response =>
  download(makeZip(filesOf(folder, name)), `${name}.zip`);

async function* filesOf(folder: string, name: string) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    yield { name: `${name}/${entry.name}`, input: createReadStream(join(folder, entry.name)) };
  }
}

// The types of the web and of Node.js name the same stream.
const fileStream = (path: string) => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;

/** The same bytes; then, or when nobody wants more of them, the work. */
function afterwards(
  stream: ReadableStream<Uint8Array>,
  work: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      await work();
      controller.close();
    },
    cancel: async (reason) => {
      await reader.cancel(reason);
      await work();
    },
  });
}

/** Names of runs that others made may have letters that a header cannot hold. */
function download(body: ReadableStream<Uint8Array>, fileName: string): Response {
  const headers = {
    'Content-Type': fileName.endsWith('.zip') ? 'application/zip' : 'application/octet-stream',
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  };
  return new Response(body, { headers });
}
