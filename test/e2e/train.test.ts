import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { freshCache } from '../support/cache.js';
import { clipstep } from '../support/cli.js';
import { trainingEngines } from '../support/engines.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';

let root: string;
let data: string;
let env: { CLIPSTEP_CACHE: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-train-'));
  data = join(root, 'data');
  env = await freshCache(join(root, 'cache'));
  await writeTinyDataset(data, 8);
});
afterAll(() => rm(root, { recursive: true }));

let runs = 0;
const freshOut = () => join(root, `model-${runs++}`);
const weightsOf = (folder: string) => readFile(join(folder, 'weights.safetensors'));

describe.each(await trainingEngines())('clipstep train on %s', (engine) => {
  const train = (pipeline: string, out: string, ...more: string[]) =>
    clipstep(['train', pipeline, '--data', data, '--out', out, '--engine', engine, ...more], { env });

  it('writes a model that classify uses, with its card and metrics', async () => {
    const out = freshOut();
    const result = await train(await writeTinyPipeline(join(root, 'p')), out);
    expect(result.stderr).toMatch(/epoch 3\/3: loss/);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/Accuracy on 4 test clips/);
    const { manifest } = await loadBundle(out);
    expect(manifest).toMatchObject({ labels: ['down', 'up'], engine, test: { examples: 4 } });
    const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
    expect(metrics.epochs).toHaveLength(3);
    expect(metrics.examples).toEqual({ train: 8, validation: 4, test: 4, outliers: 0 });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toMatch(/4 test clips/);
    const report = await readFile(join(out, 'report.html'), 'utf8');
    expect(report).toContain(`${(100 * metrics.test.accuracy).toFixed(1)} %`);
    expect(report.match(/data:image\/jpeg/g)).toHaveLength(4 * 3);
    const classified = await clipstep(['classify', join(data, 'up/clip0'), '--model', out, '--json']);
    expect(JSON.parse(classified.stdout)).toMatchObject({ frames: 3, model: out });
  });

  it('prints what happens and what came of it as JSON for programs', async () => {
    const out = freshOut();
    const lines = (stdout: string) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const result = await train(await writeTinyPipeline(join(root, 'p')), out, '--json');
    expect(result.code).toBe(0);
    const printed = lines(result.stdout);
    expect(printed.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
    expect(printed.at(-1)).toMatchObject({ kind: 'trained', folder: out, test: { examples: 4 } });
    const again = await train(await writeTinyPipeline(join(root, 'p')), out, '--json');
    expect(again.code).toBe(2);
    expect(lines(again.stdout)).toMatchObject([{ kind: 'failed', error: { code: 'usage' } }]);
    expect(again.stderr).toContain('is not empty');
  });

  it('takes the starter pipeline where none is given, and says so, and that pictures are too few', async () => {
    const out = freshOut();
    const settings = ['training.steps=2', 'training.epochs=null', 'input.preprocessing.size=32'];
    const result = await clipstep(
      [
        'train',
        '--data',
        data,
        '--out',
        out,
        '--engine',
        engine,
        '--weights',
        'motion',
        '--set',
        ...settings,
      ],
      { env },
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('No pipeline is given: actions, which ships, is taken');
    expect(result.stderr).toContain('16 of 16 examples have fewer pictures (the shortest 3)');
    const { manifest } = await loadBundle(out);
    expect(manifest.pipeline.name).toBe('actions');
    // 10 clips are a batch, so that an epoch is a step of each of the three networks.
    const { epochs } = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
    expect(epochs).toHaveLength(3 * 2);
  });

  it('gives the same weights for the same seed, and goes on to them after Ctrl-C', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const [whole, cut] = [freshOut(), freshOut()];
    expect((await train(pipeline, whole)).code).toBe(0);
    let isAsked = false;
    const interrupted = await clipstep(
      ['train', pipeline, '--data', data, '--out', cut, '--engine', engine],
      {
        env,
        onStderr: (text, kill) => {
          if (isAsked || !/epoch 1\/3: loss/.test(text)) return;
          isAsked = true;
          kill('SIGINT');
        },
      },
    );
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/--resume/);
    expect((await train(pipeline, cut)).stderr).toMatch(/interrupted training is kept/);
    expect((await train(pipeline, cut, '--seed', '9', '--resume')).stderr).toMatch(/seed: was \d+, is 9/);
    const resumed = await train(pipeline, cut, '--resume');
    expect(resumed.stderr).not.toMatch(/epoch 1\/3/);
    expect(resumed.code).toBe(0);
    expect(await weightsOf(cut)).toEqual(await weightsOf(whole));
  });

  it('goes on to more epochs than it was begun with', async () => {
    const training =
      '{ train: everything, epochs: 2, batchSize: 4, learningRate: 0.01, schedule: constant, keep: last }';
    const pipeline = await writeTinyPipeline(join(root, 'longer'), { training });
    const [whole, cut] = [freshOut(), freshOut()];
    const more = ['--set', 'training.epochs=4'];
    expect((await train(pipeline, whole, ...more)).code).toBe(0);
    let isAsked = false;
    const args = ['train', pipeline, '--data', data, '--out', cut, '--engine', engine];
    await clipstep(args, {
      env,
      onStderr: (text, kill) => {
        if (isAsked || !/epoch 1\/2: loss/.test(text)) return;
        isAsked = true;
        kill('SIGINT');
      },
    });
    const resumed = await train(pipeline, cut, '--resume', ...more);
    expect(resumed.stderr).not.toMatch(/epoch 1\/4/);
    expect(resumed.code).toBe(0);
    const said = 'The training was resumed with another length (training.epochs: was 2, is 4)';
    expect(await readFile(join(cut, 'README.md'), 'utf8')).toContain(said);
    expect(await readFile(join(whole, 'README.md'), 'utf8')).not.toContain('was resumed');
    expect(await weightsOf(cut)).toEqual(await weightsOf(whole));
  });

  it('goes on to the same weights after kill -9, too', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const [whole, cut] = [freshOut(), freshOut()];
    expect((await train(pipeline, whole)).code).toBe(0);
    const killed = await clipstep(['train', pipeline, '--data', data, '--out', cut, '--engine', engine], {
      env,
      onStderr: (text, kill) => {
        if (/epoch 2\/3: loss/.test(text)) kill('SIGKILL');
      },
    });
    expect(killed.code).not.toBe(0);
    expect((await train(pipeline, cut, '--resume')).code).toBe(0);
    expect(await weightsOf(cut)).toEqual(await weightsOf(whole));
  });

  it('stops with the last finite checkpoint when the loss is not finite', async () => {
    const training = '{ train: everything, epochs: 3, batchSize: 4, learningRate: 1, weightDecay: 1e30 }';
    const pipeline = await writeTinyPipeline(join(root, 'wild'), { training });
    const out = freshOut();
    const result = await train(pipeline, out);
    expect(result.stderr).toMatch(/diverged in epoch/);
    expect(result.code).toBe(1);
    expect((await readFile(`${out}.checkpoint`)).length).toBeGreaterThan(0);
  });

  it('trains the recurrent network on cached features, then fine-tunes from a block, and from an earlier one', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'tuned'), {
      training:
        '{ train: everything, epochs: 1, batchSize: 4, learningRate: 0.01 }\nfinetune:\n  - { fromBlock: 12, epochs: 1, batchSize: 2, learningRate: 0.001 }\n  - { fromBlock: 10, epochs: 1, batchSize: 2, learningRate: 0.001 }',
    });
    const out = freshOut();
    const result = await train(pipeline, out);
    expect(result.stderr).toMatch(/Stage 1, epoch 1\/1[\s\S]*Stage 2, epoch 1\/1[\s\S]*Stage 3, epoch 1\/1/);
    expect(result.code).toBe(0);
  });

  it('trains a network for each stream, and a second of each, on the encoder of another model', async () => {
    const own = freshOut();
    expect((await train(await writeTinyPipeline(join(root, 'own')), own)).code).toBe(0);
    const pipeline = await writeTinyPipeline(join(root, 'streams'));
    const settings = [
      'training={ train: recurrent, standardize: true, networks: 2, epochs: 2, batchSize: 4, learningRate: 0.01 }',
      'input.streams=[{ kind: difference }, { kind: flow }]',
      'input.gap={ kind: frames, frames: 1 }',
      'input.fusion=average',
    ].flatMap((setting) => ['--set', setting]);
    const [whole, cut] = [freshOut(), freshOut()];
    expect((await train(pipeline, whole, '--weights', own, ...settings)).code).toBe(0);
    expect(JSON.parse(await readFile(join(whole, 'model.json'), 'utf8')).members).toBe(4);
    const args = ['--data', data, '--out', cut, '--engine', engine, '--weights', own, ...settings];
    await clipstep(['train', pipeline, ...args], {
      env,
      onStderr: (text, kill) => {
        if (/Stage 3, epoch 1\/2: loss/.test(text)) kill('SIGKILL');
      },
    });
    const resumed = await train(pipeline, cut, '--weights', own, ...settings, '--resume');
    expect(resumed.stderr).not.toMatch(/Stage 2/);
    expect(resumed.code).toBe(0);
    expect(await weightsOf(cut)).toEqual(await weightsOf(whole));
    const answer = await clipstep(['classify', data, '--model', cut], { env });
    expect(answer.code).toBe(0);
  });

  it('trains on augmented views, and says so in the card', async () => {
    const stage = 'train: everything, epochs: 3, batchSize: 4, learningRate: 0.01';
    const views =
      'views: 2, flip: 0.5, crop: 0.7, colour: { brightness: 0.1 }, timeJitter: 0.2, speed: [0.8, 1]';
    const pipeline = await writeTinyPipeline(join(root, 'augmented'), {
      training: `{ ${stage}, augmentation: { ${views} } }`,
    });
    const [out, plain] = [freshOut(), freshOut()];
    expect((await train(pipeline, out)).code).toBe(0);
    const { manifest } = await loadBundle(out);
    expect(manifest.pipeline.training.augmentation).toMatchObject({ views: 2, speed: [0.8, 1] });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('in 2 random views: flip 0.5,');
    expect((await train(await writeTinyPipeline(join(root, 'plain')), plain)).code).toBe(0);
    expect(await weightsOf(out)).not.toEqual(await weightsOf(plain));
  });

  it('reports a clip that it cannot read, and trains on the others', async () => {
    const broken = join(root, 'broken');
    await writeTinyDataset(broken, 6);
    await writeFile(join(broken, 'up', 'torn.mp4'), 'not a video');
    const out = freshOut();
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const result = await clipstep(['train', pipeline, '--data', broken, '--out', out, '--engine', engine], {
      env,
    });
    expect(result.stderr).toMatch(/Left out: .*torn\.mp4/);
    expect(result.code).toBe(0);
    const { skipped } = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'));
    expect(skipped).toHaveLength(1);
  });
});

describe('clipstep train refuses', () => {
  const refuse = async (...args: string[]) => clipstep(['train', ...args], { env });

  it('an --out that holds something', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const result = await refuse(pipeline, '--data', data, '--out', data);
    expect(result.stderr).toMatch(/is not empty, and nothing in it is ever overwritten/);
    expect(result.code).toBe(2);
  });

  it('to resume what was never begun', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const result = await refuse(pipeline, '--data', data, '--out', freshOut(), '--resume');
    expect(result.stderr).toMatch(/no training to resume/);
    expect(result.code).toBe(2);
  });

  it('to resume what is finished, which --from goes on from', async () => {
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const out = freshOut();
    expect((await refuse(pipeline, '--data', data, '--out', out)).code).toBe(0);
    const result = await refuse(pipeline, '--data', data, '--out', out, '--resume');
    expect(result.stderr).toMatch(/is finished, so there is nothing to resume/);
    expect(result.stderr).toContain(`--from ${out}`);
    expect(result.code).toBe(2);
  });

  it('a dataset of one class', async () => {
    const single = join(root, 'single');
    await writeTinyDataset(single, 2);
    await rm(join(single, 'down'), { recursive: true });
    const pipeline = await writeTinyPipeline(join(root, 'p'));
    const result = await refuse(pipeline, '--data', single, '--out', freshOut());
    expect(result.stderr).toMatch(/class/);
    expect(result.code).toBe(1);
  });

  it('a pipeline without data when --data is not given', async () => {
    const result = await refuse(await writeTinyPipeline(join(root, 'p')), '--out', freshOut());
    expect(result.stderr).toMatch(/--data/);
    expect(result.code).toBe(2);
  });
});
