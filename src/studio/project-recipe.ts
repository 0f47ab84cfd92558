import { stat } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { readPipeline } from '../pipeline/pipeline-file.js';
import type { Pipeline } from '../pipeline/schema.js';
import { problemOnPage } from './clip-problem.js';

/** The pipeline of a project, which somebody may write anew at any time. */
export interface Recipe {
  readonly path: string;
  /** As the file says, or as it said when it could be used last. */
  readonly pipeline: Pipeline;
  /** Why the file cannot be used as it is, in words for a page; null where it can. */
  readonly problem: UserError | null;
  /** Changes with the file. */
  readonly version: string;
  /** Reads the file where it was written since. */
  refresh(): Promise<void>;
}

/** @throws UserError as readPipeline; `usage` for one that trains on no clips. */
export async function openRecipe(path: string): Promise<Recipe> {
  let version = await versionOf(path);
  let pipeline = await read(path);
  let problem: UserError | null = null;
  let last: Promise<void> = Promise.resolve();
  const readAgain = async () => {
    const now = await versionOf(path);
    if (now === version) return;
    version = now;
    try {
      if (now === ABSENT) throw absent();
      pipeline = await read(path);
      problem = null;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problem = onPage(error, path);
    }
  };
  return {
    path,
    get pipeline() {
      return pipeline;
    },
    get problem() {
      return problem;
    },
    get version() {
      return version;
    },
    refresh: () => {
      const turn = last.then(readAgain);
      last = turn.catch(() => {});
      return turn;
    },
  };
}

const LOOK_MILLISECONDS = 1000;

/**
 * Looks at a recipe's file now and then, since some file systems tell nobody of changes.
 *
 * @param callbacks.onChange is called when it was written.
 * @returns what ends that.
 */
export function followRecipe(
  recipe: Recipe,
  { onChange, onError }: { onChange: () => void; onError: (error: unknown) => void },
): () => void {
  let seen = recipe.version;
  const look = async () => {
    await recipe.refresh();
    if (recipe.version === seen) return;
    seen = recipe.version;
    onChange();
  };
  const timer = setInterval(() => look().catch(onError), LOOK_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}

const ABSENT = 'absent';

/** Editors write a file anew, or put another in its place. */
async function versionOf(path: string): Promise<string> {
  const status = await stat(path, { bigint: true }).catch(() => null);
  return status ? `${status.ino} ${status.mtimeNs} ${status.size}` : ABSENT;
}

async function read(path: string): Promise<Pipeline> {
  const pipeline = await readPipeline(path);
  const { name, task, input } = pipeline;
  const { given, images } = inputOf(input);
  if (task === 'classification' && given === 'files' && images === 'frames') return pipeline;
  throw new UserError('usage', {
    problem: `The pipeline ${name} in ${path} does not classify clips, which is what the studio is for.`,
    fix: 'Give a folder whose pipeline reads frames, such as one that `clipstep init` made.',
  });
}

const onPage = ({ code, problem, fix }: UserError, path: string): UserError =>
  new UserError(code, { problem: problemOnPage(problem, { path }), fix });

function absent(): UserError {
  return new UserError('not_found', {
    problem: "The recipe pipeline.yaml is no longer in the project's folder.",
    fix: 'Put it back; `clipstep init` writes one that works.',
  });
}
