import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTensorboard } from '../../src/train/tensorboard.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-tensorboard-'));
});
afterAll(() => rm(root, { recursive: true }));

const epoch = (count: number, validationLoss: number | null) => ({
  kind: 'epoch' as const,
  epochs: 2,
  count,
  isBest: true,
  record: {
    stage: 0,
    epoch: count,
    trainLoss: 0.5,
    trainAccuracy: 0.75,
    seconds: 1,
    validationLoss,
    validationAccuracy: validationLoss,
  },
});

/** The files' bytes as a folder's records: the data of each, checked for its length. */
async function recordsOf(run: string): Promise<Buffer[]> {
  const [name] = await readdir(join(root, run));
  const bytes = await readFile(join(root, run, name!));
  const records: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(offset));
    records.push(bytes.subarray(offset, offset + 16 + length));
    offset += 16 + length;
  }
  return records;
}

/** What follows a step in an event of two scalars: their tags, each with its float. */
const scalars = (loss: number, accuracy: number) => {
  const value = (tag: string, number: number) => {
    const float = Buffer.alloc(4);
    float.writeFloatLE(number);
    const fields = Buffer.concat([
      Buffer.from([0x0a, tag.length]),
      Buffer.from(tag),
      Buffer.from([0x15]),
      float,
    ]);
    return Buffer.concat([Buffer.from([0x0a, fields.length]), fields]);
  };
  return Buffer.concat([value('loss', loss), value('accuracy', accuracy)]);
};

describe('event files for TensorBoard', () => {
  it('have a record of each epoch, as it comes, for each part', async () => {
    const tell = await openTensorboard(root);
    tell({ kind: 'note', message: 'not for it' });
    tell(epoch(1, 0.25));
    expect(await recordsOf('train')).toHaveLength(2);
    tell(epoch(2, null));
    const [version, first, second] = await recordsOf('train');
    expect(version!.includes('brain.Event:2')).toBe(true);
    expect(first!.includes(Buffer.concat([Buffer.from([0x10, 1, 0x2a])]))).toBe(true);
    expect(second!.includes(Buffer.concat([Buffer.from([0x10, 2, 0x2a])]))).toBe(true);
    expect(first!.includes(scalars(0.5, 0.75))).toBe(true);
    const validation = await recordsOf('validation');
    expect(validation).toHaveLength(2);
    expect(validation[1]!.includes(scalars(0.25, 0.25))).toBe(true);
  });

  it('carry the checksums that TensorFlow writes', async () => {
    // A record of 24 bytes begins alike in every file that TensorFlow has ever written: its version.
    const [version] = await recordsOf('train');
    expect(version!.subarray(0, 12).toString('hex')).toBe('1800000000000000a37f4b22');
  });

  it('have the loss of distillation, which is another, apart', async () => {
    const tell = await openTensorboard(join(root, 'distilled'));
    const { record, ...event } = epoch(1, null);
    tell({ ...event, record: { ...record, trainAccuracy: null } });
    const [, first] = await recordsOf(join('distilled', 'train'));
    expect(first!.includes('distillation')).toBe(true);
    expect(first!.includes('loss')).toBe(false);
  });

  it('are refused where no folder can be', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(openTensorboard(file)).rejects.toThrow(/Event files cannot be written into .*file/);
  });
});
