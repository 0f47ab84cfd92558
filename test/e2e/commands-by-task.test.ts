import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import {
  batch,
  classify,
  crossvalidate,
  evaluateBundle,
  evaluateLanguage,
  evaluateTranslation,
  exportModel,
  generate,
  quantizeBundle,
  train,
  trainLanguage,
  trainTranslation,
  translate,
  UserError,
  watch,
} from '../../src/index.js';
import { inputSchema } from '../../src/inputs/input-kinds.js';
import { readPipeline } from '../../src/pipeline/pipeline-file.js';
import { createServer } from '../../src/serve/create-server.js';
import { refusalOf } from '../../src/tasks/commands.js';
import { MODEL_COMMANDS, type ModelCommand } from '../../src/tasks/model-commands.js';
import { TASK_NAMES } from '../../src/tasks/tasks.js';
import { projectFolder } from '../support/cli.js';
import { saveTinyBundle, saveTinyRowsBundle } from '../support/tiny-bundle.js';
import { writeTinyDataset, writeTinyPipeline } from '../support/tiny-dataset.js';
import { writeTinyDigits, writeTinyRowsPipeline } from '../support/tiny-digits.js';
import { saveTinyPairBundle, writeTinyPairPipeline, writeTinyPairs } from '../support/tiny-pairs.js';
import { saveTinyLanguageBundle, writeTinyLanguagePipeline, writeTinyText } from '../support/tiny-text.js';
import { saveTinyTextBundle, writeTinyTextPipeline, writeTinyTexts } from '../support/tiny-texts.js';

/** What a command works on, or not. */
interface Subject {
  readonly pipeline: string;
  readonly data: string;
  /** What is classified of it. */
  readonly given: string;
  readonly model: string;
  /** What a server is sent of it. */
  readonly body: string | Buffer;
}

const SUBJECTS = [
  'classification of frames',
  'classification of rows',
  'classification of texts',
  'language',
  'translation',
];

let root: string;
let subjects: Record<string, Subject>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-commands-'));
  const at = (name: string) => {
    const data = join(root, name, 'data');
    return { data, given: data, model: join(root, name, 'model') };
  };
  const [frames, rows, texts, running] = [at('frames'), at('rows'), at('texts'), at('running')];
  const pairs = at('pairs');
  await writeTinyDataset(frames.data, 8);
  await writeTinyDigits(rows.data, 8);
  await writeTinyTexts(texts.data, 40);
  await saveTinyBundle(frames.model);
  await saveTinyRowsBundle(rows.model);
  await saveTinyTextBundle(texts.model);
  await saveTinyLanguageBundle(running.model);
  await writeTinyText(running.data);
  await saveTinyPairBundle(pairs.model);
  await writeTinyPairs(pairs.data, 60);
  subjects = {
    'classification of frames': {
      ...frames,
      body: await readFile(join(frames.data, 'up', 'clip0', 'f0.png')),
      pipeline: await writeTinyPipeline(root),
    },
    'classification of rows': {
      ...rows,
      body: await readFile(join(rows.data, '1', '0.png')),
      pipeline: await writeTinyRowsPipeline(root),
    },
    'classification of texts': {
      ...texts,
      given: join(texts.data, 'Brakk.txt'),
      body: JSON.stringify({ text: 'Brakk' }),
      pipeline: await writeTinyTextPipeline(root),
    },
    language: { ...running, body: '', pipeline: await writeTinyLanguagePipeline(root) },
    translation: { ...pairs, body: '', pipeline: await writeTinyPairPipeline(root) },
  };
});
afterAll(() => rm(root, { recursive: true }));

/** What a program calls for each task, where that goes by the task. */
const TRAIN = { classification: train, language: trainLanguage, translation: trainTranslation };
const EVALUATE = {
  classification: evaluateBundle,
  language: evaluateLanguage,
  translation: evaluateTranslation,
};

/** Each command as a program calls it. */
const RUN: Record<ModelCommand, (subject: Subject, out: string) => Promise<unknown>> = {
  train: async ({ pipeline, data }, out) =>
    TRAIN[(await readPipeline(pipeline)).task]({ pipeline, data, out }),
  crossvalidate: ({ pipeline, data }, out) => crossvalidate({ pipeline, data, out, folds: 2 }),
  evaluate: async ({ model, data }) => {
    const bundle = await loadBundle(model);
    return EVALUATE[bundle.manifest.pipeline.task](bundle, { data, split: 'all' });
  },
  classify: async ({ model, given }) => {
    for await (const { kind } of classify(model, [given])) expect(kind).toBe('class');
  },
  batch: async ({ model, given: source }, out) =>
    batch({ bundle: await loadBundle(model), source, out: `${out}.jsonl` }),
  serve: async ({ model, body }) => {
    const access = { hosts: new Set(['test']), proof: { kind: 'open' as const } };
    const server = await createServer({ models: [model], access });
    try {
      const address = `http://test/v1/models/${basename(model)}/classify`;
      const response = await server.fetch(new Request(address, { method: 'POST', body }));
      expect(await response.json()).toMatchObject({ label: expect.any(String) });
    } finally {
      await server.close();
    }
  },
  watch: async ({ model }) => {
    const source = createReadStream(join(projectFolder, 'datasets/motion/samples/open/open-0001.mp4'));
    const windowing = { windowSeconds: 0.5, strideSeconds: 0.5 };
    const { windows } = await watch({ bundle: await loadBundle(model), source, windowing });
    expect(windows).toBe(4);
  },
  quantize: async ({ model, data }, out) => quantizeBundle(await loadBundle(model), { data, out }),
  export: async ({ model }, out) =>
    exportModel(await loadBundle(model), { out: `${out}.onnx`, format: 'onnx' }),
  generate: async ({ model }) => {
    for await (const { kind } of generate(await loadBundle(model), { length: 3 }))
      expect(kind).not.toBe('unknown');
  },
  translate: async ({ model }) => {
    for await (const { kind } of translate(await loadBundle(model), ['a b']))
      expect(kind).toBe('translation');
  },
};

describe.each(MODEL_COMMANDS)('%s', (command) => {
  it.each(SUBJECTS)(
    'works with %s, or says why it does not',
    async (name) => {
      const subject = subjects[name]!;
      const refusal = refusalOf(command, await readPipeline(subject.pipeline));
      const error = await RUN[command](subject, join(root, `${command} ${name}`)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (!refusal) return expect(error).toBeNull();
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ code: 'usage', fix: refusal.fix });
      expect(String(error)).toContain(refusal.because);
    },
    60_000,
  );
});

it('is in docs/extending.md, command by command', async () => {
  const pipelines = await Promise.all(Object.values(subjects).map(({ pipeline }) => readPipeline(pipeline)));
  const rows = MODEL_COMMANDS.map((command) => {
    const cells = pipelines.map((pipeline) => {
      const refusal = refusalOf(command, pipeline);
      return refusal ? `refused: ${refusal.because}` : 'works';
    });
    return `| \`${command}\` | ${cells.join(' | ')} |`;
  });
  const head = `| | ${Object.keys(subjects).join(' | ')} |`;
  const guide = await readFile(join(projectFolder, 'docs', 'extending.md'), 'utf8');
  expect(guide).toContain([head, `|${'---|'.repeat(pipelines.length + 1)}`, ...rows].join('\n'));
  expect(new Set(pipelines.map(({ task }) => task))).toEqual(new Set(TASK_NAMES));
  expect(new Set(pipelines.map(({ input }) => input.kind)).size).toBe(inputSchema.options.length);
});
