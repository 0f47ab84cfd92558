import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { listClips } from '../../src/studio/clip-folder.js';
import type { RunResult, RunStatus, TakeAwayState } from '../../src/studio/messages.js';
import { openProjectFolder } from '../../src/studio/project-folder.js';
import { trainingTimes } from '../../src/studio/training-time.js';
import { clipstep, projectFolder } from '../support/cli.js';
import { makeProject, openTestStudio, type TestProject, type TestStudio } from '../support/studio.js';
import { writeTinyDataset } from '../support/tiny-dataset.js';

const USUAL = { weights: null, steps: null, seed: null, mirror: false };

let project: TestProject;
let studio: TestStudio;
const open = async (changes: Record<string, string> = {}) => {
  project = await makeProject(changes);
  await writeTinyDataset(join(project.folder, 'clips'), 6);
  studio = await openTestStudio(project.folder);
};
afterEach(async () => {
  vi.unstubAllEnvs();
  await studio.close();
  expect(studio.errors).toEqual([]);
  await project.remove();
});

/** Runs commands in a shell, one after the other, as if somebody had pasted them somewhere. */
async function paste(commands: readonly string[]): Promise<{ code: number; stderr: string }> {
  const program = `clipstep() { '${process.execPath}' '${projectFolder}/dist/cli.js' "$@"; }`;
  const script = [program, ...commands].join('\n');
  return promisify(execFile)('sh', ['-ec', script], { cwd: '/' }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
}

const until = (name: string, status: RunStatus) =>
  expect.poll(async () => (await studio.run(name)).status, { timeout: 200_000, interval: 200 }).toBe(status);

describe('a training', () => {
  beforeEach(() => open());

  it('makes a model that says how good it is, that classifies, and that the commands take', async () => {
    expect(await studio.post('/api/runs', { ...USUAL, seed: 2 })).toMatchObject({ status: 200 });
    await until('run-1', 'finished');
    const run = await studio.run('run-1');
    expect(run).toMatchObject({ settings: { seed: 2 }, error: null });
    const folder = join(project.folder, 'models/run-1');
    const { manifest } = await loadBundle(folder);
    expect(run.test).toMatchObject({ accuracy: (manifest.test as { accuracy: number }).accuracy });

    const result = (await (await studio.ask('/api/runs/run-1')).json()) as RunResult;
    expect(result.labels).toEqual(['down', 'up']);
    expect(result.confusion.flat().reduce((sum, count) => sum + count)).toBe(result.test!.examples);
    expect(result.epochs).toHaveLength(3);
    const { answered, rightOfAnswered, examples } = result.test!;
    const named = result.answers.filter(({ unknown }) => unknown === null);
    expect([answered, examples]).toEqual([named.length, result.answers.length]);
    expect(rightOfAnswered).toBe(named.filter(({ label, predicted }) => label === predicted).length);
    const ids = (await studio.state()).classes.flatMap(({ clips }) => clips.map(({ id }) => id));
    expect(result.answers.every(({ id }) => ids.includes(id!))).toBe(true);
    expect(result.advice.length).toBeGreaterThan(0);

    const clip = await readFile(join(project.folder, 'clips/up/clip0/f0.png'));
    const answer = await studio.ask('/api/runs/run-1/classify', {
      method: 'POST',
      body: new Uint8Array(clip),
    });
    expect(await answer.json()).toMatchObject({ model: 'run-1', top: [{}, {}] });
    const refused = await studio.ask('/api/runs/run-1/classify', { method: 'POST', body: 'hello' });
    expect(refused.status).toBe(422);
    const { error } = (await refused.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^clip [^"[\]/]+\.$/);
    const classified = await clipstep([
      'classify',
      join(project.folder, 'clips/up/clip0'),
      '--model',
      folder,
    ]);
    expect(classified.code).toBe(0);
    await cp(folder, join(project.folder, 'models/by-hand'), { recursive: true });
    expect(await studio.run('by-hand')).toMatchObject({ status: 'finished', settings: null });
  });

  it('takes the recipe as it is in its file by then', async () => {
    const path = join(project.folder, 'pipeline.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('epochs: 3', 'epochs: 2').replace('units: 4', 'units: 6'));
    await studio.post('/api/runs', USUAL);
    await until('run-1', 'finished');
    const { manifest } = await loadBundle(join(project.folder, 'models/run-1'));
    expect(manifest.pipeline).toMatchObject({ training: { epochs: 2 }, recurrent: { units: 6 } });
  });

  it('can be taken away, as it lies there and as others read it', async () => {
    await studio.post('/api/runs', USUAL);
    await until('run-1', 'finished');
    const download = async (as: string) => {
      const response = await studio.ask(`/api/runs/run-1/download?as=${as}`);
      const named = response.headers.get('content-disposition');
      return { status: response.status, named, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const model = await download('model');
    expect([model.status, model.named]).toEqual([200, "attachment; filename*=UTF-8''run-1.zip"]);
    const weights = await readFile(join(project.folder, 'models/run-1/weights.safetensors'));
    expect(model.bytes.includes(weights)).toBe(true);
    const onnx = await download('onnx');
    expect([onnx.status, onnx.named]).toEqual([200, "attachment; filename*=UTF-8''run-1.onnx"]);
    expect(onnx.bytes.length).toBeGreaterThan(1000);
    expect(await readdir(join(project.folder, '.studio/arriving'))).toEqual([]);
    expect((await download('../pipeline.yaml')).status).toBe(400);
  });

  it('is trained again by the command that is shown, from the folder that is said', async () => {
    await studio.post('/api/runs', { ...USUAL, seed: 2 });
    await until('run-1', 'finished');
    const shown = async () => {
      const { commands } = (await (await studio.ask('/api/runs/run-1/take-away')).json()) as TakeAwayState;
      return commands.map(({ command }) => command);
    };
    vi.stubEnv('npm_command', 'exec');
    expect((await shown())[1]).toMatch(/^npx clipstep train /);
    vi.stubEnv('npm_command', undefined);
    const [go, train, ...others] = await shown();
    expect(go).toBe(`cd ${project.folder}`);
    expect(train).toBe('clipstep train pipeline.yaml --data clips --out models/run-1-again --seed 2');
    const { code, stderr } = await paste([go!, train!]);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const weights = (run: string) => readFile(join(project.folder, 'models', run, 'weights.safetensors'));
    expect(await weights('run-1-again')).toEqual(await weights('run-1'));
    expect((await shown())[1]).toContain('--out models/run-1-again-2 ');

    await cp(join(project.folder, 'clips/up/clip0'), join(project.folder, 'new.mp4'), { recursive: true });
    await cp(join(project.folder, 'clips/up'), join(project.folder, 'recordings'), { recursive: true });
    for (const command of others.filter((line) => !line.startsWith('clipstep serve'))) {
      expect({ command, ...(await paste([go!, command])) }).toMatchObject({ code: 0 });
    }
    expect(await readdir(project.folder)).toEqual(expect.arrayContaining(['results.csv', 'run-1.onnx']));
  });

  it('shows its report apart from the page, where it reaches nothing', async () => {
    await studio.post('/api/runs', USUAL);
    await until('run-1', 'finished');
    const response = await studio.ask('/api/runs/run-1/report');
    expect(response.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*sandbox allow-scripts/,
    );
    expect(await response.text()).toContain('<html');
  });

  it('says why it failed', async () => {
    await studio.post('/api/runs', { ...USUAL, weights: 'hub' });
    await until('run-1', 'failed');
    expect((await studio.run('run-1')).error).toMatchObject({
      code: expect.any(String),
      message: expect.any(String),
      // A page has no flags.
      fix: expect.not.stringContaining('--'),
    });
    await studio.post('/api/runs/run-1/remove');
    expect((await studio.state()).runs).toEqual([]);
    expect(await readdir(join(project.folder, '.studio/runs'))).toEqual([]);
  });

  it.each(['/tmp', '../../etc', '--help', 'surveillance'])(
    'takes no encoder that the page does not offer, such as %s',
    async (weights) => {
      expect(await studio.post('/api/runs', { ...USUAL, weights })).toEqual({
        status: 400,
        code: 'bad_request',
      });
      expect((await studio.state()).runs).toEqual([]);
    },
  );

  it('is refused where the clips are too few, and says what lacks', async () => {
    await rm(join(project.folder, 'clips/up'), { recursive: true });
    expect(await studio.post('/api/runs', USUAL)).toEqual({ status: 422, code: 'bad_dataset' });
    expect((await studio.state()).check.problem).toMatch(/second class/);
  });
});

describe('a training that takes its time', () => {
  beforeEach(() =>
    open({ training: '{ train: everything, epochs: 400, batchSize: 4, learningRate: 0.01 }' }),
  );
  const learning = () =>
    expect
      .poll(async () => (await studio.run('run-1')).progress?.epochs.length ?? 0, { timeout: 100_000 })
      .toBeGreaterThan(1);

  it('is one at a time, is stopped, and goes on', async () => {
    await studio.post('/api/runs', USUAL);
    expect(await studio.post('/api/runs', USUAL)).toEqual({ status: 409, code: 'usage' });
    expect(await studio.post('/api/runs/run-1/remove')).toEqual({ status: 409, code: 'usage' });
    await learning();
    await studio.post('/api/runs/cancel');
    await until('run-1', 'interrupted');
    const before = (await studio.run('run-1')).progress!.epochs.length;
    await studio.post('/api/runs/run-1/resume');
    await until('run-1', 'running');
    await expect
      .poll(async () => (await studio.run('run-1')).progress!.epochs.length, { timeout: 100_000 })
      .toBeGreaterThan(before);
  });

  it('begins anew where it was stopped before it learned anything', async () => {
    await studio.post('/api/runs', USUAL);
    await expect
      .poll(async () => (await studio.run('run-1')).progress, { timeout: 100_000, interval: 5 })
      .not.toBeNull();
    await studio.post('/api/runs/cancel');
    await until('run-1', 'interrupted');
    await studio.post('/api/runs/run-1/resume');
    await learning();
  });

  it('begins anew where it died with the studio before it learned anything', async () => {
    await studio.close();
    const begun = { kind: 'start', settings: USUAL, at: '2026-11-28T12:00:00.000Z', clips: 12 };
    await writeFile(join(project.folder, '.studio/runs/run-1.jsonl'), `${JSON.stringify(begun)}\n`);
    studio = await openTestStudio(project.folder);
    expect(await studio.run('run-1')).toMatchObject({ status: 'interrupted', error: null });
    expect((await studio.post('/api/runs/run-1/resume')).status).toBe(200);
    await learning();
  });

  it('is kept, with its curve, when the studio is closed in its midst', async () => {
    await studio.post('/api/runs', USUAL);
    await learning();
    await studio.close();
    studio = await openTestStudio(project.folder);
    const run = await studio.run('run-1');
    expect(run.status).toBe('interrupted');
    expect(run.progress!.epochs.length).toBeGreaterThan(1);
    await studio.post('/api/runs/run-1/resume');
    await until('run-1', 'running');
  });
});

describe('how long a training takes', () => {
  const time = async () => (await studio.state()).recipe.time;

  it('is reckoned before the first one, and taken from the last one after it', async () => {
    await open({
      '  encoder': '{ architecture: mobilenet-v1, alpha: 0.25, weights: motion }',
      training: '{ train: recurrent, epochs: 3, batchSize: 4, learningRate: 0.01 }',
    });
    await expect.poll(time, { timeout: 60_000 }).not.toBeNull();
    const { seconds, perStep, isFirst } = (await time())!;
    expect(isFirst).toBe(true);
    expect(perStep).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(perStep);
    await studio.post('/api/runs', USUAL);
    await until('run-1', 'finished');
    const taken = await studio.run('run-1');
    expect(await time()).toMatchObject({ seconds: taken.seconds, isFirst: false });
  });

  it('is no longer measured when the studio ends', async () => {
    // Seconds of work, were it to go on.
    await open({
      '  encoder': '{ architecture: mobilenet-v2, alpha: 1, weights: hub }',
      '  sampling': '{ kind: uniform, frames: 64 }',
      '  preprocessing': '{ size: 224, fit: squash, kernel: linear }',
      training: '{ train: recurrent, epochs: 3, batchSize: 4, learningRate: 0.01 }',
    });
    const { pipeline } = (await openProjectFolder(project.folder)).recipe;
    const listing = await listClips(join(project.folder, 'clips'));
    const stopping = new AbortController();
    const times = trainingTimes({ signal: stopping.signal, onChange: () => {} });
    expect(times.estimate(listing, pipeline)).toBeNull();
    await sleep(1000);
    stopping.abort();
    await times.stop();
    expect(times.estimate(listing, pipeline)).toBeNull();
  });

  it('is measured again when the clips have changed, where none could be read', async () => {
    await open({
      '  encoder': '{ architecture: mobilenet-v1, alpha: 0.25, weights: motion }',
      training: '{ train: recurrent, epochs: 3, batchSize: 4, learningRate: 0.01 }',
    });
    const { pipeline } = (await openProjectFolder(project.folder)).recipe;
    const listing = await listClips(join(project.folder, 'clips'));
    const absent = listing.clips.map((clip) => ({ ...clip, path: `${clip.path}-absent`, version: 'absent' }));
    const times = trainingTimes({ signal: new AbortController().signal, onChange: () => {} });
    expect(times.estimate({ ...listing, clips: absent }, pipeline)).toBeNull();
    await times.stop();
    expect(times.estimate({ ...listing, clips: absent }, pipeline)).toBeNull();
    await expect.poll(() => times.estimate(listing, pipeline), { timeout: 60_000 }).not.toBeNull();
  });

  it('is not guessed for what is not measured', async () => {
    await open();
    await expect
      .poll(async () => (await studio.state()).check)
      .toMatchObject({ isChecking: false, problem: null });
    expect(await time()).toBeNull();
  });
});
