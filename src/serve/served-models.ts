import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { IMAGENET } from '../bundle/find-model.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../bundle/manifest.js';
import { UserError } from '../errors.js';
import type { StartProgram } from '../platform/child-process/program.js';
import { findShipped } from '../platform/shipped.js';
import { openClassifier } from '../predict/classify.js';
import type { ClipClassifier, OpenOptions } from '../predict/classify-options.js';
import { requireCommand } from '../tasks/commands.js';
import type { ServerOptions } from './serve-options.js';

/** Models that are loaded, by name. */
export interface ServedModels {
  readonly names: readonly string[];
  get(name: string): ServedModel | undefined;
  /** Loads models whose folders have changed, and then serves the new ones. */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

export interface ServedModel {
  readonly name: string;
  /** As whoever started the server names it. */
  readonly folder: string;
  readonly classifier: ClipClassifier;
  /** Works with the model as it is now: it stays loaded until the work is done, even if its folder changes in the meantime. */
  use<T>(work: (classifier: ClipClassifier) => Promise<T>): Promise<T>;
}

export interface ModelOptions
  extends Pick<ServerOptions, 'engine' | 'sampling' | 'allowDamaged' | 'onEvent'> {
  /** Clips that are classified at once. */
  readonly atOnce: number;
  readonly timeoutSeconds: number;
  readonly startProgram: StartProgram;
}

/** Loads models. @throws UserError as openClassifier; `usage` for none, or two of one name. */
export async function loadModels(given: readonly string[], options: ModelOptions): Promise<ServedModels> {
  const models = new Map<string, Model>();
  try {
    for (const each of given) {
      const folder = each === IMAGENET ? IMAGENET : await findShipped('model', each, [IMAGENET]);
      const name = basename(resolve(folder));
      if (models.has(name)) throw sameName(name);
      models.set(name, await Model.load(name, folder, options));
    }
    if (models.size === 0) throw withoutModels();
  } catch (error) {
    await releaseAll(models);
    throw error;
  }
  return {
    names: [...models.keys()],
    get: (name) => models.get(name),
    refresh: async () => {
      for (const model of models.values()) await model.refresh();
    },
    release: () => releaseAll(models),
  };
}

async function releaseAll(models: ReadonlyMap<string, Model>): Promise<void> {
  await Promise.all([...models.values()].map((model) => model.release()));
}

/** A classifier, and how many requests are using it. */
interface Loaded {
  readonly classifier: ClipClassifier;
  uses: number;
}

/** Owns the threads of a model, and of the previous one while it is still in use. */
class Model implements ServedModel {
  readonly name: string;
  readonly folder: string;
  readonly #options: ModelOptions;
  #loaded: Loaded;
  /** The folder's files when they were last checked. */
  #print: string;

  static async load(name: string, folder: string, options: ModelOptions): Promise<Model> {
    const print = await filePrint(folder);
    return new Model({ name, folder, options, print, loaded: await open(folder, options) });
  }

  private constructor(start: {
    name: string;
    folder: string;
    options: ModelOptions;
    print: string;
    loaded: Loaded;
  }) {
    this.name = start.name;
    this.folder = start.folder;
    this.#options = start.options;
    this.#print = start.print;
    this.#loaded = start.loaded;
  }

  get classifier(): ClipClassifier {
    return this.#loaded.classifier;
  }

  async use<T>(work: (classifier: ClipClassifier) => Promise<T>): Promise<T> {
    const loaded = this.#loaded;
    loaded.uses += 1;
    try {
      return await work(loaded.classifier);
    } finally {
      loaded.uses -= 1;
      if (loaded !== this.#loaded && loaded.uses === 0) await loaded.classifier.release();
    }
  }

  async refresh(): Promise<void> {
    const print = await filePrint(this.folder);
    if (print === this.#print) return;
    this.#print = print;
    try {
      const before = this.#loaded;
      this.#loaded = await open(this.folder, this.#options);
      if (before.uses === 0) await before.classifier.release();
      this.#options.onEvent?.({ kind: 'model-changed', name: this.name });
    } catch (error) {
      // Often it is still being copied: its files then change once more, and it is tried again.
      this.#options.onEvent?.({ kind: 'model-refused', name: this.name, error });
    }
  }

  async release(): Promise<void> {
    await this.#loaded.classifier.release();
  }
}

/** A thread for each core, with one core for each: see docs/design/threads.md. */
async function open(folder: string, options: ModelOptions): Promise<Loaded> {
  const { engine, sampling, allowDamaged, atOnce, timeoutSeconds, startProgram } = options;
  const cores = availableParallelism();
  const opening: OpenOptions = {
    engine,
    sampling,
    allowDamaged,
    timeoutSeconds,
    startProgram,
    threads: Math.min(cores, atOnce),
    decoderThreads: Math.max(1, Math.floor(cores / atOnce)),
  };
  const classifier = await openClassifier(folder, opening);
  try {
    requireCommand('serve', { name: folder, pipeline: classifier.manifest.pipeline });
    await classifier.loaded;
  } catch (error) {
    await classifier.release();
    throw error;
  }
  return { classifier, uses: 0 };
}

/** Changes with the content of a model's folder; in a replaced folder, files have other inode numbers. */
async function filePrint(folder: string): Promise<string> {
  const files = [MANIFEST_FILE, WEIGHTS_FILE].map((name) => stat(join(folder, name)).catch(() => null));
  return (await Promise.all(files))
    .map((file) => (file ? `${file.ino} ${file.size} ${file.mtimeMs}` : 'none'))
    .join('\n');
}

function sameName(name: string): UserError {
  return new UserError('usage', {
    problem: `Two models are called ${name}: a model is served under the name of its folder.`,
    fix: 'Rename one of the folders.',
  });
}

function withoutModels(): UserError {
  return new UserError('usage', {
    problem: 'There is no model to serve.',
    fix: 'Name at least one, such as motion.',
  });
}
