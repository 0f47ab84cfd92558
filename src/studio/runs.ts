import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../bundle/manifest.js';
import { isModel } from '../bundle/model-folder.js';
import { UserError } from '../errors.js';
import { exists, unlessAbsent } from '../platform/exists.js';
import { naturalOrder } from '../platform/natural-order.js';
import { Refusal } from '../serve/refusal.js';
import { checkpointPath, removeCheckpoint } from '../train/checkpoint.js';
import type { RunSettings, RunState, RunStatus } from './messages.js';
import type { ProjectFolder } from './project-folder.js';
import {
  addRunLine,
  parseRunLine,
  type RunError,
  type RunLine,
  readRunLogs,
  removeRunLog,
} from './run-log.js';
import { type ProgressTracker, trackProgress } from './run-progress.js';
import { startTraining, type TrainingProcess } from './training-process.js';

/** The trainings of a project, those that commands made among them. At most one is under way. */
export interface Runs {
  list(): Promise<RunState[]>;
  /** @returns its name. @throws Refusal `usage` while another is under way. */
  start(settings: RunSettings, about: { clips: number }): Promise<string>;
  /** @throws Refusal `usage` while another is under way; UserError `not_found`. */
  resume(name: string): Promise<void>;
  /** Keeps what it has, to be resumed. */
  cancel(): void;
  /** Removes a run with its model. @throws Refusal `usage` for the one under way; UserError `not_found`. */
  remove(name: string): Promise<void>;
  /** Folder of a finished run's model. @throws UserError `not_found`. */
  modelOf(name: string): Promise<string>;
  /** How it was begun; null for a run that a command made. */
  settingsOf(name: string): RunSettings | null;
  stop(): Promise<void>;
}

/** What is known of a run beside its model. */
interface Run {
  readonly log: RunLine[];
  readonly tracker: ProgressTracker;
}

interface Active {
  readonly name: string;
  readonly process: TrainingProcess;
  readonly done: Promise<void>;
  /** Whether a person, or the end of the studio, stopped it. */
  isStopped: boolean;
}

/** @param options.onChange is called when a run begins or ends, `onProgress` when one has come farther. */
export async function openRuns(
  project: ProjectFolder,
  options: { onChange: () => void; onProgress: () => void },
): Promise<Runs> {
  const logs = await readRunLogs(project.runs);
  const runs = new ProjectRuns(project, options);
  for (const [name, log] of logs) runs.recall(name, log);
  return runs;
}

class ProjectRuns implements Runs {
  readonly #project: ProjectFolder;
  readonly #options: { onChange: () => void; onProgress: () => void };
  readonly #runs = new Map<string, Run>();
  #active: Active | null = null;
  /** Whether one is under way, or about to be. */
  #isTaken = false;
  /** Lines of logs are written one after the other. */
  #written = Promise.resolve();

  constructor(project: ProjectFolder, options: { onChange: () => void; onProgress: () => void }) {
    this.#project = project;
    this.#options = options;
  }

  /** Takes what was kept of a run. */
  recall(name: string, log: readonly RunLine[]): void {
    const run = { log: [...log], tracker: trackProgress(this.#project.recipe.pipeline) };
    for (const line of log) run.tracker.keep(line);
    this.#runs.set(name, run);
  }

  async list(): Promise<RunState[]> {
    return Promise.all((await this.#names()).map((name) => this.#stateOf(name)));
  }

  async start(settings: RunSettings, { clips }: { clips: number }): Promise<string> {
    this.#take();
    const numbers = (await this.#names()).map((name) => Number(/^run-(\d+)$/.exec(name)?.[1] ?? 0));
    const name = `run-${numbers.reduce((most, number) => Math.max(most, number), 0) + 1}`;
    this.recall(name, []);
    await this.#note(name, { kind: 'start', settings, at: new Date().toISOString(), clips });
    await this.#launch(name, []);
    return name;
  }

  async resume(name: string): Promise<void> {
    if (!this.#runs.has(name) || (await this.#statusOf(name)) !== 'interrupted') throw noRun(name);
    this.#take();
    await this.#note(name, { kind: 'resume', at: new Date().toISOString() });
    const isKept = await exists(checkpointPath(this.#folderOf(name)));
    await this.#launch(name, isKept ? ['--resume'] : []);
  }

  cancel(): void {
    if (!this.#active) return;
    this.#active.isStopped = true;
    this.#active.process.interrupt();
  }

  async remove(name: string): Promise<void> {
    if (this.#active?.name === name) throw underWay();
    if (!(await this.#names()).includes(name)) throw noRun(name);
    await rm(this.#folderOf(name), { recursive: true, force: true });
    await removeCheckpoint(checkpointPath(this.#folderOf(name)));
    await removeRunLog(this.#project.runs, name);
    this.#runs.delete(name);
    this.#options.onChange();
  }

  async modelOf(name: string): Promise<string> {
    const folder = this.#folderOf(name);
    if ((await this.#names()).includes(name) && (await isModel(folder))) return folder;
    throw noRun(name);
  }

  async stop(): Promise<void> {
    this.cancel();
    await this.#active?.done;
  }

  #folderOf(name: string): string {
    return join(this.#project.models, name);
  }

  async #names(): Promise<string[]> {
    const folders = (await unlessAbsent(readdir(this.#project.models))) ?? [];
    const models = await Promise.all(
      folders.map(async (name) => ((await isModel(this.#folderOf(name))) ? [name] : [])),
    );
    return [...new Set([...this.#runs.keys(), ...models.flat()])].sort(naturalOrder);
  }

  #take(): void {
    if (this.#isTaken) throw underWay();
    this.#isTaken = true;
  }

  async #note(name: string, line: RunLine): Promise<void> {
    const run = this.#runs.get(name);
    run?.log.push(line);
    run?.tracker.keep(line);
    this.#written = this.#written.then(() => addRunLine(this.#project.runs, { name, line }));
    await this.#written;
  }

  async #launch(name: string, flags: readonly string[]): Promise<void> {
    const started = performance.now();
    const { tracker } = this.#runs.get(name)!;
    const training = await startTraining([...this.#argumentsOf(name), ...flags], (text) => {
      const line = parseRunLine(text);
      if (line) void this.#note(name, line);
      if (tracker.take(text) || line) this.#options.onProgress();
    });
    const done = training.ended.then(async ({ words }) => {
      const seconds = (performance.now() - started) / 1000;
      await this.#finish(name, { seconds, words });
    });
    this.#active = { name, process: training, done, isStopped: false };
    this.#options.onChange();
  }

  async #finish(name: string, { seconds, words }: { seconds: number; words: string }): Promise<void> {
    const { log } = this.#runs.get(name)!;
    const isSaid = lastAttempt(log).some(({ kind }) => kind === 'failed');
    await this.#note(name, { kind: 'ended', seconds });
    if (!isSaid && !(await isModel(this.#folderOf(name)))) {
      const error = this.#active?.isStopped
        ? { code: 'aborted', message: 'It was stopped before it began.', fix: '' }
        : { code: 'defect', message: words || 'The training ended without saying why.', fix: '' };
      await this.#note(name, { kind: 'failed', error });
    }
    this.#active = null;
    this.#isTaken = false;
    this.#options.onChange();
  }

  #argumentsOf(name: string): string[] {
    const { recipe, clips } = this.#project;
    const { weights, seed, set } = adjustments(this.settingsOf(name)!); // the studio began it
    return [
      ...[recipe.path, '--data', clips, '--out', this.#folderOf(name)],
      ...(weights === undefined ? [] : ['--weights', weights]),
      ...(seed === undefined ? [] : ['--seed', String(seed)]),
      ...Object.entries(set).flatMap(([setting, value]) => ['--set', `${setting}=${value}`]),
    ];
  }

  settingsOf(name: string): RunSettings | null {
    const start = this.#runs.get(name)?.log.find((line) => line.kind === 'start');
    return start?.settings ?? null;
  }

  async #stateOf(name: string): Promise<RunState> {
    const run = this.#runs.get(name);
    const status = await this.#statusOf(name);
    const settings = this.settingsOf(name);
    const ended = run?.log.filter((line) => line.kind === 'ended') ?? [];
    const failed = run?.log.findLast((line) => line.kind === 'failed');
    return {
      name,
      status,
      settings,
      test: status === 'finished' ? await testOf(this.#folderOf(name)) : null,
      seconds: ended.length === 0 ? null : ended.reduce((sum, { seconds }) => sum + seconds, 0),
      error: status === 'failed' && failed ? onPage(failed.error) : null,
      progress: status === 'running' || status === 'interrupted' ? (run?.tracker.progress ?? null) : null,
    };
  }

  async #statusOf(name: string): Promise<RunStatus> {
    if (this.#active?.name === name) return 'running';
    const folder = this.#folderOf(name);
    if (await isModel(folder)) return 'finished';
    if (await exists(checkpointPath(folder))) return 'interrupted';
    // One that was stopped while it read clips has them in the cache, and begins anew from there.
    const log = this.#runs.get(name)?.log ?? [];
    const failed = lastAttempt(log).find((line) => line.kind === 'failed');
    if (failed) return failed.error.code === 'aborted' ? 'interrupted' : 'failed';
    // Where nothing says how it ended, it ended with the studio.
    return lastAttempt(log).some(({ kind }) => kind === 'ended') ? 'failed' : 'interrupted';
  }
}

/** What was kept since a run was last begun or resumed. */
function lastAttempt(log: readonly RunLine[]): readonly RunLine[] {
  const begun = log.findLastIndex(({ kind }) => kind === 'start' || kind === 'resume');
  return begun === -1 ? log : log.slice(begun);
}

/** An error of `clipstep train` for a page, which has no flags to advise. */
function onPage({ code, message, fix }: RunError): RunError {
  if (code === 'download_failed') return { code, message, fix: ANOTHER_ENCODER };
  return { code, message, fix: /(^|[\s`])--[a-z]/.test(fix) ? '' : fix };
}

const ANOTHER_ENCODER =
  'Train again when this machine is online, or choose the encoder of a model that comes with Clipstep under Options.';

/** A run's settings as the options of `clipstep train`. */
export function adjustments({ weights, steps, seed, mirror }: RunSettings) {
  const set: Record<string, string> = {};
  if (steps !== null) set['training.steps'] = String(steps);
  if (mirror) set['training.augmentation'] = '{ views: 2, flip: 0.5 }';
  return { weights: weights ?? undefined, seed: seed ?? undefined, set };
}

/** The figure of a model's test; null for one that was not tested, or that cannot be read. */
async function testOf(folder: string): Promise<RunState['test']> {
  const manifest = await readManifest(folder).catch(() => null);
  const test = manifest?.test;
  if (!test || !('accuracy' in test)) return null;
  const { accuracy, interval, examples } = test;
  return { accuracy, interval, examples };
}

function underWay(): Refusal {
  return new Refusal({
    status: 409,
    code: 'usage',
    problem: 'A training is under way.',
    fix: 'Wait until it has ended, or stop it first.',
  });
}

function noRun(name: string): UserError {
  return new UserError('not_found', {
    problem: `There is no such run: ${name}.`,
    fix: 'Reload the page: it may have been removed meanwhile.',
  });
}
