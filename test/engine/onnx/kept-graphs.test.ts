import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../src/encoder/initialize-encoder.js';
import type { MobileNet } from '../../../src/encoder/mobilenet.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { initializeRecurrent } from '../../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../../src/network/recurrent.js';
import { random } from '../../../src/random.js';

const engine = await createOnnxEngine({ threads: 1 });
const network: MobileNet = {
  architecture: 'mobilenet-v1',
  alpha: 0.25,
  inputSize: 32,
  pooling: { kind: 'global' },
};
const weightsOf = (seed: number) => initializeMobileNet(network, seed);
const stream = random(1, 'frames');
const frames = Uint8Array.from({ length: 3 * 32 * 32 * 3 }, () => stream.integer(0, 256));

async function encode(seed: number, name?: string, of = network, weights = weightsOf(seed)) {
  const encoder = await engine.loadEncoder(of, weights, name);
  try {
    return await encoder.encode(frames);
  } finally {
    await encoder.release();
  }
}

describe('graphs that are kept', () => {
  let root: string;
  let graphs: string;
  let before: string | undefined;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'clipstep-graphs-'));
    graphs = join(root, 'graphs');
    before = process.env.CLIPSTEP_CACHE;
    process.env.CLIPSTEP_CACHE = root;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.CLIPSTEP_CACHE;
    else process.env.CLIPSTEP_CACHE = before;
    await rm(root, { recursive: true, force: true });
  });

  const onlyFile = async () => {
    const names = await readdir(graphs);
    expect(names).toHaveLength(1);
    return join(graphs, names[0]!);
  };

  it('come to the same bits, and are for their owner alone', async () => {
    const unnamed = await encode(1);
    expect(await readdir(root)).toEqual([]);
    expect(await encode(1, 'one')).toEqual(unnamed);
    const { mtimeMs } = await stat(await onlyFile());
    expect(await encode(1, 'one')).toEqual(unnamed);
    expect((await stat(await onlyFile())).mtimeMs).toBe(mtimeMs);
    if (process.platform !== 'win32') expect((await stat(graphs)).mode & 0o777).toBe(0o700);
  });

  it('are read in place of what they were made of', async () => {
    const first = await encode(1, 'one');
    const kept = await onlyFile();
    const second = await encode(2, 'two');
    expect(second).not.toEqual(first);
    const [other] = (await readdir(graphs)).map((name) => join(graphs, name)).filter((path) => path !== kept);
    await copyFile(kept, other!);
    expect(await encode(2, 'two')).toEqual(first);
  });

  it('are told apart by the network, too', async () => {
    const whole = await encode(1, 'one');
    const gridded: MobileNet = { ...network, pooling: { kind: 'grid', n: 1 } };
    expect(await encode(1, 'one', gridded)).toEqual(whole);
    expect(await readdir(graphs)).toHaveLength(2);
  });

  it('that are damaged or of another program are made anew', async () => {
    const wanted = await encode(1, 'one');
    const kept = await onlyFile();
    const whole = await readFile(kept);
    const changed = Buffer.from(whole);
    changed[whole.length >> 1]! ^= 1;
    for (const damaged of [changed, whole.subarray(0, 1000), Buffer.alloc(0), Buffer.alloc(4)]) {
      await writeFile(kept, damaged);
      expect(await encode(1, 'one')).toEqual(wanted);
      const anew = await readFile(kept);
      expect(anew.length).toBe(whole.length);
      expect(anew.equals(damaged)).toBe(false);
    }
  });

  it('of int8 encoders and of recurrent networks come to the same bits', async () => {
    const inInt8: MobileNet = { ...network, precision: 'int8' };
    const quantized = await engine.quantizeEncoder(network, weightsOf(1), frames);
    const unnamed = await encode(1, undefined, inInt8, quantized);
    for (let time = 0; time < 2; time++) expect(await encode(1, 'one', inInt8, quantized)).toEqual(unnamed);
    expect(await readdir(graphs)).toHaveLength(1);

    const recurrent: RecurrentNetwork = {
      cell: 'lstm',
      inputs: 8,
      units: 4,
      layers: 1,
      bidirectional: true,
      dropout: 0.5,
      readout: 'attention',
      classes: 3,
    };
    const weights = initializeRecurrent(recurrent, 1);
    const data = Float32Array.from({ length: 2 * 5 * 8 }, (_, index) => Math.sin(index));
    const batch = { kind: 'features', data, lengths: Int32Array.of(5, 3), timesteps: 5 } as const;
    const classify = async (name?: string) => {
      const classifier = await engine.loadClassifier(recurrent, weights, name);
      return classifier.classify(batch).finally(() => classifier.release());
    };
    const plain = await classify();
    for (let time = 0; time < 2; time++) expect(await classify('one')).toEqual(plain);
    expect(await readdir(graphs)).toHaveLength(2);
  });

  it('do not fill the disk: the oldest go', async () => {
    await encode(1, 'one');
    const old = await onlyFile();
    await truncate(old, 2 ** 28);
    await utimes(old, 0, 0);
    await encode(2, 'two');
    expect(await onlyFile()).not.toBe(old);
  });

  it('are not needed: a file in the place of their folder is done without', async () => {
    await writeFile(graphs, '');
    expect(await encode(1, 'one')).toEqual(await encode(1));
    expect(await readFile(graphs, 'utf8')).toBe('');
  });
});
