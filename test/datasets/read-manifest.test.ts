import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ManifestClip, readManifest } from '../../src/datasets/scan-manifest.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-manifest-'));
});
afterAll(() => rm(root, { recursive: true }));

async function read(text: string, isWanted?: (name: string) => boolean): Promise<ManifestClip[]> {
  const path = join(root, 'clips.csv');
  await writeFile(path, text);
  const clips: ManifestClip[] = [];
  for await (const clip of readManifest({ path, isWanted })) clips.push(clip);
  return clips;
}

it('calls a clip by its id, its path and part, or its address without what is secret', async () => {
  const clips = await read(
    [
      'id,path,start,end',
      'mine,a.mp4,,',
      ',b.mp4,0:10,12.5',
      ',https://me:pass@host/bucket/c.mp4?X-Signature=abc#t,,',
      ',HTTP://host/c.mp4?X-Signature=def,1,',
      'other,https://host/bucket/c.mp4?version=2,,',
    ].join('\n'),
  );
  expect(clips).toEqual([
    { id: 'mine', path: join(root, 'a.mp4') },
    { id: 'b.mp4#10-12.5', path: join(root, 'b.mp4'), startSeconds: 10, endSeconds: 12.5 },
    {
      id: 'https://host/bucket/c.mp4',
      path: 'https://host/bucket/c.mp4',
      address: 'https://me:pass@host/bucket/c.mp4?X-Signature=abc#t',
    },
    {
      id: 'HTTP://host/c.mp4#1-',
      path: 'HTTP://host/c.mp4',
      address: 'HTTP://host/c.mp4?X-Signature=def',
      startSeconds: 1,
    },
    {
      id: 'other',
      path: 'https://host/bucket/c.mp4',
      address: 'https://host/bucket/c.mp4?version=2',
    },
  ]);
});

it('says how addresses that differ after their question mark can be told apart', async () => {
  const reading = read('path\nhttps://host/get?clip=1\nhttps://host/get?clip=2\n');
  await expect(reading).rejects.toMatchObject({
    code: 'bad_dataset',
    problem: expect.stringMatching(/lines 2 and 3 name the same clip, https:\/\/host\/get: .*column id/),
  });
});

it('asks once of each clip whether it is wanted, by the name that it then has', async () => {
  const asked: string[] = [];
  const rows = ['path,start,end', './a\\b.mp4,,', 'b.mp4,0:10,12.5', 'c.mp4,,'];
  const clips = await read(rows.join('\n'), (name) => {
    asked.push(name);
    return name !== 'c.mp4';
  });
  expect(asked).toEqual(['a/b.mp4', 'b.mp4#10-12.5', 'c.mp4']);
  expect(clips.map(({ id }) => id)).toEqual(asked.slice(0, 2));
});

it('refuses lines that have no place in any shard, whichever clips are wanted', async () => {
  const reading = read('path,start\n,1\na.mp4,soon\nb.mp4,1,2\nc.mp4,\n', () => false);
  await expect(reading).rejects.toMatchObject({
    problem: expect.stringMatching(/line 2:[\s\S]*line 3:[\s\S]*soon[\s\S]*line 4:\n {2}it has 3 cells/),
  });
});

it('reads rows across the borders of what is read at once, lines within quotes among them', async () => {
  const rows = Array.from({ length: 30_000 }, (_, index) => `"a\n${index}, \u{1f3ac}.mp4",${index}`);
  const clips = await read(['path,label', ...rows].join('\r\n'));
  expect(clips.map(({ label }) => label)).toEqual(rows.map((_, index) => String(index)));
  expect(clips.at(-1)!.id).toBe('a\n29999, \u{1f3ac}.mp4');
});

it('quotes the first bad lines of many, and counts the others', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `${index}.mp4,${index % 2 ? 'soon' : ''}`);
  await expect(read(['path,start', ...rows].join('\n'))).rejects.toMatchObject({
    problem: expect.stringMatching(/line 3:[\s\S]*line 21:[\s\S]*and 9990 more lines$/),
  });
});

it('names the line that is not UTF-8, however far down', async () => {
  const rows = Array.from({ length: 30_000 }, (_, index) => `a clip of some length ${index}.mp4`);
  const path = join(root, 'clips.csv');
  await writeFile(path, Buffer.from(['path', ...rows, 'stra\xdfe.mp4'].join('\n'), 'latin1'));
  const reading = async () => {
    for await (const clip of readManifest({ path })) expect(clip.id).not.toBe('');
  };
  await expect(reading()).rejects.toMatchObject({ problem: expect.stringContaining('line 30002 has') });
});
