import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.js';
import { networksOf } from '../../src/network/networks.js';
import { parsePipeline, readPipeline } from '../../src/pipeline/pipeline-file.js';

const minimal = `
name: tiny
description: For a test.
input:
  kind: frames
  sampling: { kind: uniform, frames: 4 }
  preprocessing: { size: 96, fit: squash, kernel: linear }
  encoder: { architecture: mobilenet-v1, alpha: 0.25, weights: scratch }
recurrent: { cell: lstm, units: 8 }
training: { train: everything, epochs: 1, batchSize: 2, learningRate: 0.001 }
`;

function problemOf(text: string): string {
  try {
    parsePipeline(text, 'tiny.yaml');
  } catch (error) {
    if (error instanceof UserError && error.code === 'bad_config') return error.problem;
    throw error;
  }
  throw new Error('The pipeline was accepted');
}

describe('a pipeline', () => {
  it('gets defaults for what it does not say', () => {
    const pipeline = parsePipeline(minimal, 'tiny.yaml');
    expect(pipeline.recurrent).toEqual({
      cell: 'lstm',
      units: 8,
      layers: 1,
      bidirectional: false,
      dropout: 0,
      readout: 'last',
    });
    expect(pipeline.split).toEqual({ validation: 0.15, test: 0.15 });
    expect(pipeline.input).toMatchObject({ encoder: { pooling: { kind: 'global' } } });
  });

  it('may have tags that YAML knows nothing of, of which Node.js does not warn', () => {
    const warnings: unknown[] = [];
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
      warnings.push(warning);
    });
    parsePipeline(minimal.replace('name: tiny', 'name: !!python/name tiny'), 'tiny.yaml');
    emitWarning.mockRestore();
    expect(warnings).toEqual([]);
  });

  it('is one document, and not nested without end', () => {
    expect(problemOf(`${minimal}---\n${minimal}`)).toMatch(/tiny\.yaml has several YAML documents/);
    const lists = `${minimal}notes: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`;
    expect(problemOf(lists)).toMatch(/tiny\.yaml is nested too deeply/);
  });

  it('is refused with every wrong setting named, and the file', () => {
    const problem = problemOf(
      minimal.replace('units: 8', 'units: 0, cel: gru').replace('size: 96', 'size: 31'),
    );
    expect(problem).toContain('tiny.yaml');
    expect(problem).toContain('recurrent.units');
    expect(problem).toContain('cel');
    expect(problem).toContain('input.preprocessing.size');
  });

  it('is refused with the line and column of each setting, what it is and what it should be', () => {
    const wrong = minimal
      .replace('lstm', 'lstn')
      .replace('epochs: 1,', 'epochs: many,')
      .replace('batchSize: 2', 'batchSize: 5000');
    expect(problemOf(wrong).split('\n').slice(1)).toEqual([
      '  recurrent.cell (line 9, column 14): must be one of lstm, gru; found "lstn", did you mean lstm?',
      '  training.epochs (line 10, column 32): must be a number; found "many"',
      '  training.batchSize (line 10, column 46): must be at most 4096; found 5000',
    ]);
  });

  it.each([
    ['epoch: 3\n', 'epoch (line 11, column 1): there is no such setting; did you mean training.epochs?'],
    [
      'learningrate: 1\n',
      'learningrate (line 11, column 1): there is no such setting; did you mean training.learningRate?',
    ],
    [
      'split: { tst: 0.2 }\n',
      'split.tst (line 11, column 10): there is no such setting; did you mean split.test?',
    ],
    [
      'colour: blue\n',
      'colour (line 11, column 1): there is no such setting; did you mean training.augmentation.colour?',
    ],
    ['qqqqq: 1\n', 'qqqqq (line 11, column 1): there is no such setting'],
  ])('with %j says where that is meant', (line, problem) => {
    expect(problemOf(minimal + line)).toContain(`  ${problem}`);
  });

  it('names a setting that is missing, and the section that misses it', () => {
    expect(problemOf(minimal.replace('units: 8', ''))).toContain(
      '  recurrent.units (line 9, column 1): is missing; it must be a number',
    );
    expect(problemOf(minimal.replace('input:', 'inputs:'))).toContain('did you mean input?');
  });

  it('need not describe itself', () => {
    expect(
      parsePipeline(minimal.replace('description: For a test.', ''), 'tiny.yaml').description,
    ).toBeUndefined();
  });

  it('has no more folds than it says, neither its own nor those it is without', () => {
    const fold = (text: string) => `${minimal}split: { fold: ${text} }\n`;
    expect(problemOf(fold('{ number: 6, of: 5 }'))).toMatch(/split\.fold \(.*\): number must be at most of/);
    expect(problemOf(fold('{ number: 1, of: 3, without: { number: 6, of: 5 } }'))).toMatch(
      /split\.fold\.without \(.*\): number must be at most of/,
    );
  });

  it('does not leave an encoder both untrained and frozen', () => {
    expect(problemOf(minimal.replace('train: everything', 'train: recurrent'))).toContain('training.train');
  });

  it('starts from a drawn encoder that is distilled, by a teacher that somebody trained', () => {
    const distil = (weights: string) => `
distil:
  teacher: { architecture: mobilenet-v2, alpha: 1, weights: ${weights}, size: 224 }
  epochs: 1
  batchSize: 2
  learningRate: 0.001
`;
    const recurrent = minimal.replace('train: everything', 'train: recurrent');
    expect(parsePipeline(recurrent + distil('hub'), 'tiny.yaml').distil).toMatchObject({ pictures: 4 });
    expect(problemOf(recurrent + distil('scratch'))).toContain('distil.teacher.weights');
    const rows = recurrent.replace(/input:[\s\S]*?scratch }/, 'input: { kind: rows }');
    expect(problemOf(rows + distil('hub'))).toMatch(/distil \(.*\): must be left out/);
  });

  it('says how long a training is, in epochs, in steps or in both', () => {
    expect(problemOf(minimal.replace('epochs: 1, ', ''))).toMatch(/training\.epochs.*must be given unless/);
    const stage = (length: string) =>
      `${minimal}finetune: [{ fromBlock: 1, ${length}batchSize: 2, learningRate: 0.001 }]\n`;
    expect(problemOf(stage(''))).toMatch(/finetune\.0\.epochs.*must be given unless steps is/);
    expect(parsePipeline(stage('steps: 3, '), 'tiny.yaml').finetune).toMatchObject([{ steps: 3 }]);
    expect(parsePipeline(minimal.replace('epochs: 1', 'epochs: 1, steps: 5'), 'x').training).toMatchObject({
      epochs: 1,
      steps: 5,
    });
  });

  it('does not mix clips that come one at a time', () => {
    const single = minimal.replace('batchSize: 2', 'batchSize: 1, mixup: 0.2');
    expect(problemOf(single)).toContain('training.batchSize');
  });

  it('does not train an encoder that it does not have', () => {
    const rows = minimal.replace(/input:[\s\S]*?scratch }/, 'input: { kind: rows }');
    expect(problemOf(rows)).toContain('there is no encoder');
    expect(parsePipeline(rows.replace('train: everything', 'train: recurrent'), 'rows.yaml').input).toEqual({
      kind: 'rows',
    });
  });

  it('has no last timestep without a recurrent layer', () => {
    const flat = minimal.replace('units: 8', 'units: 8, layers: 0');
    expect(problemOf(flat)).toContain('recurrent.readout');
    expect(parsePipeline(flat.replace('layers: 0', 'layers: 0, readout: mean'), 'x').recurrent.layers).toBe(
      0,
    );
  });

  it.each([
    [1, '{ kind: flow }'],
    [2, '{ kind: flow }, { kind: difference }'],
  ])('averages the networks of its streams, of which there may be %i', (count, streams) => {
    const fused = `streams: [${streams}]\n  gap: { kind: frames, frames: 2 }\n  fusion: average\n  preprocessing:`;
    const pipeline = parsePipeline(minimal.replace('preprocessing:', fused), 'tiny.yaml');
    expect(networksOf(pipeline, { classes: 2 }).apart).toBe(count);
  });

  it('has an upper level over segments of recurrent layers', () => {
    const recurrent = (settings: string) => minimal.replace('units: 8', `units: 8, ${settings}`);
    const upper = 'upper: { cell: gru, units: 4, readout: attention }';
    const parsed = parsePipeline(
      recurrent(`readout: attention, segment: 4, ${upper}`),
      'tiny.yaml',
    ).recurrent;
    expect(parsed.upper).toEqual({
      cell: 'gru',
      units: 4,
      layers: 1,
      bidirectional: false,
      readout: 'attention',
    });
    expect(problemOf(recurrent(`layers: 0, readout: mean, ${upper}`))).toContain('recurrent.layers');
    expect(problemOf(recurrent(`readout: hierarchical, ${upper}`))).toContain('recurrent.readout');
  });

  it('answers for the clip, not for every timestep', () => {
    const recurrent = (settings: string) => minimal.replace('units: 8', `units: 8, ${settings}`);
    expect(problemOf(recurrent('readout: every'))).toContain('recurrent.readout');
    const upper = 'upper: { cell: gru, units: 4, readout: every }';
    expect(problemOf(recurrent(`readout: mean, ${upper}`))).toContain('recurrent.upper.readout');
  });

  it('has segments for the hierarchical readout and an upper level alone', () => {
    const readout = (name: string) => minimal.replace('units: 8', `units: 8, readout: ${name}, segment: 4`);
    expect(problemOf(readout('attention'))).toContain('recurrent.segment');
    expect(parsePipeline(readout('hierarchical'), 'tiny.yaml').recurrent.segment).toBe(4);
  });

  it('has a softmax for large vocabularies, and a tied head, where every timestep has an answer alone', () => {
    const recurrent = (settings: string) => minimal.replace('units: 8', `units: 8, ${settings}`);
    expect(problemOf(recurrent('softmax: { kind: adaptive, cutoffs: [10] }'))).toContain('recurrent.softmax');
    expect(problemOf(recurrent('tied: true'))).toContain('recurrent.tied');
    expect(problemOf(recurrent('softmax: { kind: adaptive, cutoffs: [10, 10] }'))).toContain('must rise');
  });

  it('drops no tokens where there are none', () => {
    expect(problemOf(minimal.replace('epochs: 1', 'epochs: 1, tokenDropout: 0.1'))).toContain(
      'training.tokenDropout',
    );
  });

  describe('with augmentation', () => {
    const augmented = (settings: string, text = minimal) =>
      text.replace('epochs: 1', `epochs: 1, augmentation: { ${settings} }`);
    const sampled = (sampling: string) => minimal.replace('kind: uniform, frames: 4', sampling);

    it('has four views of each clip', () => {
      const { training } = parsePipeline(augmented('flip: 0.5, speed: [0.8, 1]'), 'tiny.yaml');
      expect(training.augmentation).toEqual({ views: 4, flip: 0.5, speed: [0.8, 1] });
    });

    it('says how views differ, but where sampling is random', () => {
      expect(problemOf(augmented('views: 3'))).toContain('must say how views differ');
      expect(
        parsePipeline(augmented('views: 3', sampled('kind: segments, frames: 4')), 'x').training.augmentation,
      ).toEqual({ views: 3 });
    });

    it.each(['reverse', 'flip'])('does not make one generated motion of another: %s', (name) => {
      const motion = `${minimal}data: { kind: motion, train: { perClass: 2, seed: 1 }, test: { perClass: 1, seed: 2 } }\n`;
      expect(problemOf(augmented(`${name}: 0.5`, motion))).toMatch(
        new RegExp(`training.augmentation.${name} \\(.*\\): must be left out for this data`),
      );
    });

    it('does not ask of a sampling what it cannot do', () => {
      expect(problemOf(augmented('speed: [0.5, 1.5]'))).toContain('must be at most 1 for uniform sampling');
      expect(problemOf(augmented('speed: [1, 0.5]'))).toContain('[slowest, fastest]');
      const [segments, keyframes, fps] = [
        sampled('kind: segments, frames: 4'),
        sampled('kind: keyframes, maxFrames: 4'),
        sampled('kind: fps, framesPerSecond: 4, maxFrames: 4'),
      ];
      expect(problemOf(augmented('timeJitter: 0.2', segments))).toContain('random already');
      expect(problemOf(augmented('timeJitter: 0.2', keyframes))).toContain('no other frames');
      expect(problemOf(augmented('speed: [0.5, 1]', keyframes))).toContain('no other frames');
      expect(parsePipeline(augmented('speed: [0.5, 1.5]', fps), 'x').training.augmentation?.speed).toEqual([
        0.5, 1.5,
      ]);
    });

    it('is about frames', () => {
      const rows = minimal.replace(/input:[\s\S]*?scratch }/, 'input: { kind: rows }');
      expect(problemOf(augmented('flip: 0.5', rows))).toContain('only frames are augmented');
    });
  });

  it('does not warm up twice', () => {
    const oneCycle = minimal.replace('epochs: 1', 'epochs: 1, schedule: one-cycle, warmupEpochs: 0.5');
    expect(problemOf(oneCycle)).toContain('training.warmupEpochs');
    const finetuned = minimal.replace('epochs: 1', 'epochs: 1, schedule: one-cycle');
    const stage = 'fromBlock: 3, epochs: 1, batchSize: 1, learningRate: 0.1, warmupEpochs: 1';
    expect(problemOf(`${finetuned}finetune: [{ ${stage} }]\n`)).toContain('finetune.0.warmupEpochs');
  });

  it('does not pull weights back by more than the way that they went', () => {
    const stage = (pull: number) =>
      `${minimal}finetune: [{ fromBlock: 3, epochs: 1, batchSize: 1, learningRate: 0.1, pull: ${pull} }]\n`;
    expect(problemOf(stage(10.5))).toMatch(/finetune\.0\.pull.*times learningRate must be at most 1/);
    expect(parsePipeline(stage(10), 'tiny.yaml').finetune).toMatchObject([{ pull: 10 }]);
  });

  it('does not standardize by an encoder that is trained from the start', () => {
    const standardized = minimal.replace('epochs: 1', 'epochs: 1, standardize: true');
    expect(problemOf(standardized)).toContain('training.standardize');
  });

  it('does not test on the clips that it trains on', () => {
    const same = `${minimal}data: { kind: motion, train: { perClass: 2, seed: 1 }, test: { perClass: 1, seed: 1 } }\n`;
    expect(problemOf(same)).toContain('data.test.seed');
  });

  it('trains no block of the encoder that is not there', () => {
    const stage = '[{ fromBlock: 99, epochs: 1, batchSize: 1, learningRate: 0.1 }]';
    expect(problemOf(`${minimal}finetune: ${stage}\n`)).toMatch(
      /finetune\.0\.fromBlock \(line 11, .*\): must be at most 13, which is the encoder's last block; found 99/,
    );
  });

  it('has no more blocks of the encoder than there are', () => {
    const withBlocks = (blocks: number) =>
      minimal.replace('weights: scratch', `weights: scratch, blocks: ${blocks}`);
    expect(problemOf(withBlocks(15))).toMatch(
      /tiny\.yaml[\s\S]*input\.encoder\.blocks \(line 8, .*\): must be at most 14: mobilenet-v1 has no more; found 15/,
    );
    expect(parsePipeline(withBlocks(14), 'tiny.yaml').input).toMatchObject({ encoder: { blocks: 14 } });
  });

  it('is refused with what was written where that is no finite number, or an empty list', () => {
    const stage = (settings: string) =>
      `${minimal}finetune: [{ fromBlock: 3, epochs: 1, batchSize: 1, learningRate: 0.1, ${settings} }]\n`;
    expect(problemOf(stage('pull: .inf'))).toMatch(/pull .*: must be a finite number; found \.inf$/);
    expect(problemOf(stage('layerDecay: .nan'))).toMatch(/must be a finite number; found \.nan$/);
    expect(problemOf(`${minimal}finetune: []\n`)).toMatch(/: must be at least 1 entry long; found \[\]$/);
  });

  it('is refused where a setting stands twice, with where', () => {
    expect(problemOf(minimal.replace('units: 8', 'units: 8, cell: gru'))).toBe(
      'The pipeline tiny.yaml has a setting twice in one section, the second time in line 9, column 36.',
    );
  });

  it('is refused when it is not YAML, with the line', () => {
    expect(problemOf('name: [unclosed')).toContain('line 1');
  });

  it('that is not there is not_found', async () => {
    await expect(readPipeline('no/such.yaml')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the pipelines that ship', async () => {
  const folder = fileURLToPath(new URL('../../pipelines', import.meta.url));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

  it.each(files)('%s fits and is named as its file', async (file) => {
    expect(`${(await readPipeline(`${folder}/${file}`)).name}.yaml`).toBe(file);
  });
});
