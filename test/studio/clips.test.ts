import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanDataset } from '../../src/datasets/scan-dataset.js';
import { openClip } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';
import { shippedSample } from '../../src/platform/package-files.js';
import { makeProject, openTestStudio, type TestProject, type TestStudio } from '../support/studio.js';
import { zipOf } from '../support/zip.js';

let project: TestProject;
let studio: TestStudio;
beforeEach(async () => {
  project = await makeProject();
  studio = await openTestStudio(project.folder);
});
afterEach(async () => {
  await studio.close();
  expect(studio.errors).toEqual([]);
  await project.remove();
});

const clipsIn = async (label: string) => (await readdir(join(project.folder, 'clips', label))).sort();
const sample = (name: string) => readFile(shippedSample(name));
const addClass = (label: string) => studio.post('/api/classes', { label });
const looked = async () => {
  await expect.poll(async () => (await studio.state()).check.isChecking, { timeout: 60_000 }).toBe(false);
  return studio.state();
};

/** A recording as browsers make them: written to a pipe, so that it says neither how long it is nor where its frames are. */
async function recording(): Promise<Buffer> {
  const options = ['-nostdin', '-v', 'error', '-i', shippedSample('open/open-0001.mp4')];
  const encoder = ['-c:v', 'libvpx', '-deadline', 'realtime', '-f', 'webm', 'pipe:1'];
  const { stdout } = await promisify(execFile)(ffmpegPackage.path, [...options, ...encoder], {
    encoding: 'buffer',
    maxBuffer: 1e8,
  });
  return stdout;
}

const lengthOf = async (path: string) => {
  const { durationSeconds } = await openClip(await locateClip(path), {
    sampling: { kind: 'uniform', frames: 1 },
    preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
  });
  return durationSeconds;
};

describe('classes', () => {
  it('are folders, and are renamed and removed with their clips', async () => {
    await addClass('jump');
    await studio.upload({ label: 'jump', name: 'a.mp4' }, await sample('open/open-0001.mp4'));
    expect(await studio.post('/api/classes/rename', { label: 'jump', to: 'leap' })).toMatchObject({
      status: 200,
    });
    expect(await clipsIn('leap')).toEqual(['a.mp4']);
    await studio.post('/api/classes/remove', { label: 'leap' });
    expect(await readdir(join(project.folder, 'clips'))).toEqual([]);
    await studio.post('/api/undo');
    expect(await clipsIn('leap')).toEqual(['a.mp4']);
  });

  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    '.hidden',
    'a:b',
    'a.',
    'a\u0000b',
    'a\nb',
    'groups.csv',
    'CON',
    'train',
  ])('cannot be called %j', async (label) => {
    expect((await addClass(label)).status).toBe(400);
    expect(await readdir(join(project.folder, 'clips'))).toEqual([]);
  });

  it('have one name each', async () => {
    await addClass('jump');
    for (const again of ['jump', 'Jump']) {
      expect(await addClass(again)).toEqual({ status: 409, code: 'usage' });
    }
  });
});

describe('a clip that arrives', () => {
  beforeEach(async () => {
    await addClass('jump');
    await addClass('fall');
  });

  it('is written anew where it was recorded, so that it can be seeked in', async () => {
    const body = await recording();
    expect((await studio.upload({ label: 'jump', take: 'take 1' }, body)).status).toBe(200);
    const [name] = await clipsIn('jump');
    expect(name).toMatch(/^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.webm$/);
    const written = await readFile(join(project.folder, 'clips/jump', name!));
    const cues = Buffer.from('1c53bb6b', 'hex');
    expect([body.includes(cues), written.includes(cues)]).toEqual([false, true]);
  });

  it('is of the group of its take, wherever it is moved', async () => {
    for (const label of ['jump', 'jump', 'fall'])
      await studio.upload({ label, take: 'take 1' }, await recording());
    const [first] = await studio.clips('jump');
    await studio.post('/api/clips/move', { ids: [first!.id], label: 'fall' });
    const { examples } = await scanDataset(join(project.folder, 'clips'));
    expect(examples.map(({ label, group }) => [label, group])).toEqual([
      [0, 'take 1'],
      [0, 'take 1'],
      [1, 'take 1'],
    ]);
    await studio.post('/api/undo');
    expect((await studio.state()).classes.map(({ clips }) => clips.map(({ take }) => take))).toEqual([
      ['take 1'],
      ['take 1', 'take 1'],
    ]);
  });

  it('is of no recording of one that went away by hand, whose name it has', async () => {
    const body = await sample('open/open-0001.mp4');
    for (const name of ['a.mp4', 'b.mp4']) await studio.upload({ label: 'jump', name, take: 'take 1' }, body);
    await rm(join(project.folder, 'clips/jump/a.mp4'));
    await studio.upload({ label: 'jump', name: 'a.mp4' }, body);
    const takes = async (label: string) => (await studio.clips(label)).map(({ name, take }) => [name, take]);
    expect(await takes('jump')).toEqual([
      ['a.mp4', null],
      ['b.mp4', 'take 1'],
    ]);
    await rm(join(project.folder, 'clips/jump'), { recursive: true });
    await studio.upload({ label: 'fall', name: 'b.mp4' }, body);
    await studio.post('/api/classes/rename', { label: 'fall', to: 'jump' });
    expect(await takes('jump')).toEqual([['b.mp4', null]]);
  });

  it('is grouped with others, and separated from them, when it is said that they were recorded together', async () => {
    for (const name of ['a.mp4', 'b.mp4']) {
      await studio.upload({ label: 'jump', name }, await sample('open/open-0001.mp4'));
    }
    const ids = (await studio.clips('jump')).map(({ id }) => id);
    const takes = async () => (await studio.clips('jump')).map(({ take }) => take);
    expect(await studio.post('/api/clips/group', { ids, take: 'monday' })).toMatchObject({ status: 200 });
    expect(await takes()).toEqual(['monday', 'monday']);
    await studio.post('/api/clips/group', { ids: ids.slice(0, 1), take: null });
    expect(await takes()).toEqual([null, 'monday']);
    await studio.post('/api/undo');
    expect(await takes()).toEqual(['monday', 'monday']);
    await studio.post('/api/undo');
    expect(await takes()).toEqual([null, null]);
    expect((await studio.post('/api/clips/group', { ids, take: 'a\nb' })).status).toBe(400);
  });

  it('leads nowhere by its name, and takes nobody’s place', async () => {
    const body = await sample('open/open-0001.mp4');
    for (const name of ['../../a.mp4', 'C:\\clips\\a.mp4', '/etc/a.mp4']) {
      expect((await studio.upload({ label: 'jump', name }, body)).status).toBe(200);
    }
    expect(await clipsIn('jump')).toEqual(['a-2.mp4', 'a-3.mp4', 'a.mp4']);
    expect((await studio.upload({ label: '../models', name: 'a.mp4' }, body)).status).toBe(404);
  });

  it('may be a zip of frames, which becomes a folder', async () => {
    const folder = shippedSample('open/open-0002');
    const entries = await Promise.all(
      (await readdir(folder)).map(async (name) => ({ name, content: await readFile(join(folder, name)) })),
    );
    await studio.upload({ label: 'jump', name: 'walk.zip' }, new Uint8Array(zipOf(entries)));
    expect(await clipsIn('jump')).toEqual(['walk']);
    expect(await studio.clips('jump')).toMatchObject([{ name: 'walk', isFolder: true }]);
  });

  it.each([
    ['an empty zip', zipOf([]), /is empty; the pictures of one clip were expected/],
    [
      'a zip of texts',
      zipOf([{ name: 'a.txt', content: Buffer.from('a') }]),
      /holds a\.txt, and no pictures/,
    ],
    ['no zip', Buffer.from('hello'), /walk\.zip is not a zip, although its name says so/],
  ])('is refused where it is %s, and it is said what was found', async (_, body, message) => {
    const response = await studio.upload({ label: 'jump', name: 'walk.zip' }, new Uint8Array(body));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(message) } });
    expect(await clipsIn('jump')).toEqual([]);
  });

  it('is refused where the page asks for what there is not, in a sentence', async () => {
    const body = await sample('open/open-0001.mp4');
    const ask = async (query: Record<string, string>) =>
      (await (await studio.upload(query, body)).json()) as object;
    expect(await ask({ label: 'jump', nme: 'a.mp4' })).toMatchObject({
      error: { message: 'There is no parameter "nme"; did you mean name?' },
    });
    expect(await ask({ name: 'a.mp4' })).toMatchObject({
      error: { message: 'label is missing; it must be a text.' },
    });
    expect(await ask({ label: 'jump', take: 'a/b' })).toMatchObject({
      error: {
        message: 'take must be 1 to 60 letters (A to Z), digits, spaces, - or _; found "a/b".',
      },
    });
    const trimmed = await studio.ask('/api/clips/1/trim', {
      method: 'POST',
      body: '{"startSeconds":2,"endSeconds":1}',
    });
    expect(await trimmed.json()).toMatchObject({
      error: { message: expect.stringContaining('endSeconds must be after startSeconds') },
    });
    const renamed = await studio.ask('/api/classes/rename', {
      method: 'POST',
      body: '{"label":"jump","to":3}',
    });
    expect(await renamed.json()).toMatchObject({
      error: { message: expect.stringContaining('to must be a text; found 3.') },
    });
  });

  it.each(['', 'hello'])('is refused where the recording is %j', async (body) => {
    const response = await studio.upload({ label: 'jump' }, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      error: { code: 'unreadable', message: 'The recording is empty or damaged.', fix: 'Record it again.' },
    });
    expect(await clipsIn('jump')).toEqual([]);
  });

  it('is refused where its name is no clip’s, or it is larger than is taken', async () => {
    expect((await studio.upload({ label: 'jump', name: 'notes.txt' }, 'words')).status).toBe(422);
    await studio.close();
    studio = await openTestStudio(project.folder, { limits: { bodyBytes: 10 } });
    expect((await studio.upload({ label: 'jump', name: 'a.mp4' }, 'more than ten bytes')).status).toBe(413);
    expect(await clipsIn('jump')).toEqual([]);
    expect(await readdir(join(project.folder, '.studio/arriving'))).toEqual([]);
  });

  it('is flagged where it cannot be read, is there twice, or in another class, too', async () => {
    const body = await sample('open/open-0001.mp4');
    await studio.upload({ label: 'jump', name: 'a.mp4' }, body);
    await studio.upload({ label: 'jump', name: 'b.mp4' }, body);
    await studio.upload({ label: 'fall', name: 'c.mp4' }, body);
    await studio.upload({ label: 'fall', name: 'broken.mp4' }, body.subarray(0, 1000));
    const [fall, jump] = (await looked()).classes;
    expect(fall!.clips.map(({ name, problem }) => [name, problem === null])).toEqual([
      ['broken.mp4', false],
      ['c.mp4', true],
    ]);
    expect(fall!.clips[0]!.problem).toMatch(/^broken\.mp4 [^"[\]/]+\. [A-Z][^"[\]/]+\.$/);
    expect(jump!.clips[0]).toMatchObject({
      name: 'a.mp4',
      seconds: await lengthOf(shippedSample('open/open-0001.mp4')),
    });
    const sameAs = jump!.clips[0]!.same.map(({ label, name }) => `${label}/${name}`);
    expect(sameAs.toSorted()).toEqual(['fall/c.mp4', 'jump/b.mp4']);
    // No model can learn from any of them.
    expect([fall!.groups, jump!.groups]).toEqual([0, 0]);
  });
});

describe('a clip', () => {
  beforeEach(async () => {
    await addClass('jump');
    await studio.upload({ label: 'jump', name: 'a.mp4' }, await sample('open/open-0001.mp4'));
  });

  it('is trimmed, and is whole again when that is taken back', async () => {
    const [clip] = await studio.clips('jump');
    const path = join(project.folder, 'clips/jump/a.mp4');
    const whole = await readFile(path);
    await studio.post(`/api/clips/${clip!.id}/trim`, { startSeconds: 0.5, endSeconds: 1.5 });
    expect(await lengthOf(path)).toBeCloseTo(1, 1);
    await studio.post('/api/undo');
    expect(await readFile(path)).toEqual(whole);
  });

  it('is not trimmed where it is damaged, and it is said without paths', async () => {
    await studio.upload({ label: 'jump', name: 'broken.mp4' }, 'hello');
    const broken = (await studio.clips('jump')).find(({ name }) => name === 'broken.mp4');
    const response = await studio.ask(`/api/clips/${broken!.id}/trim`, {
      method: 'POST',
      body: JSON.stringify({ startSeconds: 0, endSeconds: 1 }),
    });
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^broken\.mp4 cannot be trimmed: /);
  });

  it('is deleted to the bin, and put back', async () => {
    const [clip] = await studio.clips('jump');
    await studio.post('/api/clips/remove', { ids: [clip!.id] });
    const { bin, classes } = await studio.state();
    expect([classes[0]!.clips, bin]).toMatchObject([[], [{ label: 'jump', name: 'a.mp4' }]]);
    await studio.post(`/api/bin/${bin[0]!.id}/restore`);
    expect(await studio.state()).toMatchObject({ bin: [], classes: [{ clips: [{ name: 'a.mp4' }] }] });
  });

  it('is gone for good when the bin is emptied', async () => {
    const [clip] = await studio.clips('jump');
    await studio.post('/api/clips/remove', { ids: [clip!.id] });
    await studio.post('/api/bin/empty');
    expect(await readdir(join(project.folder, '.studio/bin'))).toEqual([]);
    expect((await studio.post('/api/undo')).status).toBe(200);
    expect(await studio.clips('jump')).toEqual([]);
  });

  it('is sent in parts, as players ask for them', async () => {
    const [clip] = await studio.clips('jump');
    const whole = await sample('open/open-0001.mp4');
    const part = async (range: string) => {
      const response = await studio.ask(`/api/clips/${clip!.id}/media`, { headers: { range } });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    expect(await part('bytes=10-19')).toEqual({ status: 206, bytes: whole.subarray(10, 20) });
    expect(await part('bytes=10-')).toEqual({ status: 206, bytes: whole.subarray(10) });
    expect(await part('bytes=-5')).toEqual({ status: 206, bytes: whole.subarray(-5) });
    expect((await part(`bytes=${whole.length}-`)).status).toBe(416);
    expect(await part('pages=1')).toEqual({ status: 200, bytes: whole });
  });

  it('has a strip of its frames as its picture', async () => {
    const [clip] = await studio.clips('jump');
    const response = await studio.ask(`/api/clips/${clip!.id}/strip`);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const { default: sharp } = await import('sharp');
    const { width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect([width, height]).toEqual([480, 96]);
  });

  it('is named by no path', async () => {
    for (const id of ['..', '..%2f..%2fpipeline.yaml', 'a.mp4', 'jump%2fa.mp4']) {
      expect((await studio.ask(`/api/clips/${id}/media`)).status).toBe(404);
    }
  });
});

describe('what goes away by hand while it is asked for', () => {
  it('is left out of the state, be it a class or the frames of a clip', async () => {
    const labels = Array.from({ length: 60 }, (_, index) => `class ${index}`);
    const folders = labels.map((label) => join(project.folder, 'clips', label));
    for (const folder of folders) {
      await mkdir(join(folder, 'walk'), { recursive: true });
      await writeFile(join(folder, 'walk/0001.png'), '');
    }
    const removed = Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
    const asked = Array.from({ length: 20 }, async () => (await studio.ask('/api/state')).status);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
    await removed;
    expect((await studio.state()).classes).toEqual([]);
  });

  it('has no picture, which is said in an answer', async () => {
    await addClass('jump');
    for (let index = 0; index < 12; index++) {
      await studio.upload({ label: 'jump', name: 'a.mp4' }, await sample('open/open-0001.mp4'));
    }
    const clips = await studio.clips('jump');
    const strips = clips.map(({ id }) => studio.ask(`/api/clips/${id}/strip`));
    await Promise.race(strips);
    await rm(join(project.folder, 'clips/jump'), { recursive: true });
    const answers = await Promise.all(strips);
    const refused = answers.filter(({ status }) => status !== 200);
    // Two are drawn at once.
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
    }
  });
});

describe('what is dropped at once', () => {
  it('is taken back in one step, without what was refused', async () => {
    await addClass('fall');
    const drop = 'drop-1';
    await studio.post('/api/classes', { label: 'jump', drop });
    const body = await sample('open/open-0001.mp4');
    const names = ['a.mp4', 'notes.txt', 'b.mp4'];
    const statuses: number[] = [];
    for (const label of ['jump', 'fall']) {
      for (const name of names) {
        statuses.push((await studio.upload({ label, name, take: 'monday', drop }, body)).status);
      }
    }
    expect(statuses).toEqual([200, 422, 200, 200, 422, 200]);
    expect((await studio.state()).undo).toBe('Add “jump” and 4 clips');
    await studio.post('/api/undo');
    expect(await studio.state()).toMatchObject({
      undo: 'Add “fall”',
      classes: [{ label: 'fall', clips: [] }],
      bin: { length: 4 },
    });
    expect((await studio.post('/api/classes', { label: 'lie', drop: 'a/b' })).status).toBe(400);
  });

  it('leaves a class that holds something else by now, and says so', async () => {
    const drop = 'drop-1';
    for (const label of ['jump', 'fall']) await studio.post('/api/classes', { label, drop });
    expect((await studio.state()).undo).toBe('Add 2 classes');
    await writeFile(join(project.folder, 'clips/jump/notes.txt'), 'Dear');
    expect(await studio.post('/api/undo')).toEqual({ status: 400, code: 'usage' });
    expect(await readdir(join(project.folder, 'clips'))).toEqual(['jump']);
  });
});

describe('two windows', () => {
  it('may rename a class while a clip of it arrives, which is refused, and makes no class', async () => {
    await addClass('jump');
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const arrives = studio.upload({ label: 'jump', name: 'a.mp4' }, readable);
    const body = await sample('open/open-0001.mp4');
    await writer.write(body.subarray(0, 1000));
    await studio.post('/api/classes/rename', { label: 'jump', to: 'leap' });
    await writer.write(body.subarray(1000));
    await writer.close();
    expect((await arrives).status).toBe(404);
    expect(await readdir(join(project.folder, 'clips'))).toEqual(['leap']);
    expect(await readdir(join(project.folder, '.studio/arriving'))).toEqual([]);
  });

  it('may empty the bin while the other puts a clip of it back', async () => {
    await addClass('jump');
    const body = await sample('open/open-0001.mp4');
    await studio.upload({ label: 'jump', name: 'a.mp4', take: 'take 1' }, body);
    const [clip] = await studio.clips('jump');
    await studio.post('/api/clips/remove', { ids: [clip!.id] });
    const { bin } = await studio.state();
    const answers = await Promise.all([
      studio.post(`/api/bin/${bin[0]!.id}/restore`),
      studio.post('/api/bin/empty'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await studio.clips('jump')).toMatchObject([{ name: 'a.mp4', take: 'take 1' }]);
  });

  it('may change the same clips: each change is made whole or refused', async () => {
    for (const label of ['jump', 'fall', 'lie']) await addClass(label);
    for (let index = 0; index < 4; index++) {
      await studio.upload(
        { label: 'jump', name: 'a.mp4', take: 'take 1' },
        await sample('open/open-0001.mp4'),
      );
    }
    const ids = (await studio.clips('jump')).map(({ id }) => id);
    const answers = await Promise.all([
      studio.post('/api/clips/move', { ids, label: 'fall' }),
      studio.post('/api/clips/move', { ids, label: 'lie' }),
      studio.post('/api/clips/remove', { ids }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
    expect((await studio.clips('fall')).map(({ take }) => take)).toEqual(Array(4).fill('take 1'));
  });

  it('hear of what the other did', async () => {
    const events = (await studio.ask('/api/events')).body!.getReader();
    const decoder = new TextDecoder();
    const next = async () => decoder.decode((await events.read()).value);
    expect(await next()).toContain('event: state');
    await addClass('jump');
    expect(await next()).toContain('event: state');
    await events.cancel();
  });
});

describe('a folder', () => {
  it('that another studio has open is refused', async () => {
    await expect(openTestStudio(project.folder)).rejects.toMatchObject({ code: 'locked' });
  });

  it('is as it was when the studio is opened again, whatever was still arriving', async () => {
    await addClass('jump');
    await studio.upload({ label: 'jump', name: 'a.mp4' }, await sample('open/open-0001.mp4'));
    await studio.close();
    await writeFile(join(project.folder, '.studio/arriving/half'), 'half of it');
    await copyFile(shippedSample('open/open-0001.mp4'), join(project.folder, 'clips/jump/by hand.mp4'));
    studio = await openTestStudio(project.folder);
    expect((await studio.clips('jump')).map(({ name }) => name)).toEqual(['a.mp4', 'by hand.mp4']);
    expect(await readdir(join(project.folder, '.studio/arriving'))).toEqual([]);
  });

  it('is made where there is none, as clipstep init makes it', async () => {
    const folder = join(project.root, 'new');
    const other = await openTestStudio(folder);
    expect(await other.state()).toMatchObject({ name: 'new', classes: [] });
    await other.close();
    expect((await readdir(folder)).sort()).toEqual([
      '.studio',
      'README.md',
      'clips',
      'models',
      'pipeline.yaml',
    ]);
  });

  it('that holds something else is left alone', async () => {
    const folder = join(project.root, 'other');
    await mkdir(folder);
    await writeFile(join(folder, 'letter.txt'), 'Dear');
    await expect(openTestStudio(folder)).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(folder)).toEqual(['letter.txt']);
  });

  it('whose clips a manifest lists is refused', async () => {
    await studio.close();
    const manifest = join(project.folder, 'clips/manifest.csv');
    await writeFile(manifest, 'path,label\n');
    await expect(openTestStudio(project.folder)).rejects.toMatchObject({ code: 'usage' });
    await rm(manifest);
    studio = await openTestStudio(project.folder);
  });
});
