import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { exportModel } from '../../src/export/export-model.js';
import { quantizeBundle } from '../../src/index.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

/** What is used of a runtime. */
interface Runtime {
  readonly InferenceSession: { create(path: string): Promise<InferenceSession> };
  readonly Tensor: typeof Tensor;
}

const native: Runtime = await import('onnxruntime-node');
const web: Runtime = await import('onnxruntime-web');

/** A Python that has onnxruntime: `python3`, or what CLIPSTEP_PYTHON names. */
const python = process.env.CLIPSTEP_PYTHON ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import numpy, onnxruntime']).status === 0;

const SHAPES = [
  [8, 96, 96, 3],
  [5, 120, 200, 3],
  [1, 33, 47, 3],
] as const;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-runtimes-'));
  await saveTinyBundle(join(root, 'ensemble'), {}, [1, 2, 3]);
  const data = join(root, 'data');
  await writeTinyDataset(data, 8);
  await saveTinyBundle(join(root, 'tiny'));
  await quantizeBundle(await loadBundle(join(root, 'tiny')), { data, out: join(root, 'int8') });
});
afterAll(() => rm(root, { recursive: true }));

/** Pictures without any order in them. */
const framesOf = ([count, height, width]: (typeof SHAPES)[number]): Uint8Array =>
  Uint8Array.from({ length: count * height * width * 3 }, (_, index) => (index * 7919) % 251);

async function probabilitiesIn({ InferenceSession, Tensor }: Runtime, path: string): Promise<number[][]> {
  const session = await InferenceSession.create(path);
  const all: number[][] = [];
  for (const shape of SHAPES) {
    const { probabilities } = await session.run({ frames: new Tensor('uint8', framesOf(shape), shape) });
    all.push(Array.from(probabilities!.data as Float32Array));
  }
  await session.release();
  return all;
}

async function probabilitiesInPython(path: string): Promise<number[][]> {
  const script = join(root, 'run.py');
  await writeFile(
    script,
    `import json, sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
answers = []
for shape in json.loads(sys.argv[2]):
    frames = (numpy.arange(numpy.prod(shape), dtype=numpy.int64) * 7919 % 251).astype(numpy.uint8).reshape(shape)
    answers.append(session.run(None, {'frames': frames})[0].ravel().tolist())
print(json.dumps(answers))
`,
  );
  const { stdout } = await promisify(execFile)(python, [script, path, JSON.stringify(SHAPES)]);
  return JSON.parse(stdout);
}

describe.each(['motion', 'ensemble', 'int8'])('%s as one ONNX file', (name) => {
  let path: string;
  let expected: number[][];
  beforeAll(async () => {
    path = join(root, `${name}.onnx`);
    const model = name === 'motion' ? name : join(root, name);
    await exportModel(await loadBundle(model), { out: path, format: 'onnx' });
    const all = await probabilitiesIn(native, path);
    expected = all.map((probabilities) => probabilities.map((value) => expect.closeTo(value, 4)));
  });

  it('says the same in onnxruntime-web', async () => {
    expect(await probabilitiesIn(web, path)).toEqual(expected);
  });

  it.skipIf(!hasPython)("says the same in Python's onnxruntime", async () => {
    expect(await probabilitiesInPython(path)).toEqual(expected);
  });
});
