import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Bundle } from '../bundle/bundle.js';
import { clipGraph } from '../engine/onnx/clip-graph.js';
import { encodeModel } from '../engine/onnx/onnx-model.js';
import { resizingGraph } from '../engine/onnx/resize-frames.js';
import type { Sampling } from '../media/frame-schema.js';
import { readoutWidthOf, topLevelOf } from '../network/recurrent.js';
import { newFolder, requireNewFolder } from '../platform/new-folder.js';
import { PACKAGE_FOLDER } from '../platform/package-files.js';
import { readRegularFile } from '../platform/regular-file.js';
import { clipstepVersion } from '../platform/version.js';
import { cannotWriteResult } from '../platform/write-result.js';
import { KNOWN_PREFIX, openDistance } from '../tasks/classification/known-distance.js';
import { cannotBe, clipModelOf, obstacleToGraph } from './clip-model.js';
import { readCard } from './model-metadata.js';
import type { KnownTensor, Reading, WebKnown, WebModel } from './web-model.js';

/** Of the page as scripts/exported-page.mjs builds it, what is the same for all models. */
const PAGE_FILES = ['index.html', 'page.css', 'page.js', 'runtime.js', 'licences.txt'];

const SERVICE_WORKER = 'service-worker.js';

/**
 * A folder with a page that classifies in the browser, the model and onnxruntime-web. All that the page computes with lies
 * in scripts, since a page that is opened from a disk may read nothing else.
 *
 * @returns how many bytes its files have.
 * @throws UserError `usage` for what no graph computes, or no browser reads, and as requireNewFolder; `cannot_write`.
 */
export async function writeWebFolder(bundle: Bundle, path: string): Promise<number> {
  await requireNewFolder(path);
  const files = await pageFiles(bundle);
  const fill = async (temporary: string) => {
    for (const [name, content] of files) await writeFile(join(temporary, name), content);
  };
  await newFolder(path, fill).catch((cause) => Promise.reject(cannotWriteResult(path, cause)));
  return [...files.values()].reduce((bytes, content) => bytes + content.byteLength, 0);
}

async function pageFiles(bundle: Bundle): Promise<Map<string, Buffer>> {
  const { folder } = bundle;
  const obstacle = obstacleToPage(bundle);
  if (obstacle !== null) throw cannotBe('a web page', { folder, obstacle });
  const model = await webModel(bundle);
  const files = new Map<string, Buffer>();
  for (const name of PAGE_FILES) files.set(name, await builtFile(name));
  files.set('model.js', Buffer.from(`globalThis.clipstepModel = ${JSON.stringify(model)};\n`));
  if (model.card !== null) files.set('README.md', Buffer.from(model.card));
  return files.set(SERVICE_WORKER, await serviceWorker(files));
}

const builtFile = (name: string): Promise<Buffer> =>
  readRegularFile(join(PACKAGE_FOLDER, 'dist', 'web', name));

/** Which keeps all other files; another one for each content of them, as browsers tell a new page by that. */
async function serviceWorker(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name} ${content.byteLength}\n`).update(content);
  const kept = { digest: hash.digest('hex').slice(0, 16), names: [...files.keys()] };
  const head = `const clipstepFiles = ${JSON.stringify(kept)};\n`;
  return Buffer.concat([Buffer.from(head), await builtFile(SERVICE_WORKER)]);
}

async function webModel(bundle: Bundle): Promise<WebModel> {
  const { labels, minProbability, pipeline, test } = bundle.manifest;
  const model = clipModelOf(bundle);
  const { sampling, preprocessing, streams, gap } = model.input;
  const known = await knownOf(bundle);
  const isTested = test !== null && 'accuracy' in test;
  return {
    name: pipeline.name,
    description: pipeline.description ?? '',
    labels,
    minProbability,
    known,
    reading: readingOf(sampling),
    size: preprocessing.size,
    streams,
    gapSeconds: gap?.kind === 'seconds' ? gap.seconds : null,
    test: isTested ? { accuracy: test.accuracy, interval: test.interval, examples: test.examples } : null,
    card: await readCard(bundle.folder),
    clipstep: clipstepVersion(),
    resizing: await packed(encodeModel(resizingGraph(preprocessing))),
    network: await packed(encodeModel(clipGraph(model, { shows: known !== null }))),
  };
}

/** Null where not all members say what they were trained on, as loadClassifiers has it, or no distance is too far. */
async function knownOf({ manifest, networks, members }: Bundle): Promise<WebKnown | null> {
  const { maxDistance } = manifest;
  const width = readoutWidthOf(topLevelOf(networks.recurrent));
  if (maxDistance === undefined || members.some((weights) => !openDistance(weights, width))) return null;
  const tensors = members.map((weights) =>
    [...weights]
      .filter(([name]) => name.startsWith(KNOWN_PREFIX))
      .map(([name, { shape, data }]): KnownTensor => ({ name, shape, values: [...data] })),
  );
  return { maxDistance, tensors: await packed(JSON.stringify(tensors)) };
}

async function packed(content: Uint8Array | string): Promise<string> {
  return (await promisify(gzip)(content, { level: 9 })).toString('base64');
}

/** As a model reads when it predicts. */
function readingOf(sampling: Sampling): Reading {
  switch (sampling.kind) {
    case 'uniform':
    case 'segments':
      return { kind: 'spread', frames: sampling.frames };
    case 'fps': {
      const { framesPerSecond, maxFrames } = sampling;
      return { kind: 'ticks', framesPerSecond, maxFrames };
    }
    case 'keyframes':
      throw new Error('No browser says which frames are stored whole');
  }
}

/** What of a model no page computes or reads; null where it does all. */
export function obstacleToPage(bundle: Bundle): string | null {
  const { input } = bundle.manifest.pipeline;
  if (input.kind === 'frames' && input.sampling.kind === 'keyframes') {
    return 'it reads the frames that are stored whole, and no browser says which these are';
  }
  if (input.kind === 'frames' && input.gap?.kind === 'frames') {
    return 'it compares each frame with one that is so many frames later, and no browser counts frames';
  }
  return obstacleToGraph(bundle);
}
