import { rm } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { lockOutput } from '../platform/lock-output.js';
import { makeFolder } from '../platform/make-folder.js';
import type { Answering } from '../serve/listen.js';
import type { Access, Limits } from '../serve/serve-options.js';
import { answerStudio } from './answer-studio.js';
import { ClipChanges } from './clip-changes.js';
import { clipChecks } from './clip-checks.js';
import { openEventStream } from './event-stream.js';
import { projectChanges } from './project-changes.js';
import { openProjectFolder } from './project-folder.js';
import { followRecipe } from './project-recipe.js';
import { openRuns } from './runs.js';
import type { Studio } from './studio-parts.js';
import { thumbnails } from './thumbnails.js';
import { trainingTimes } from './training-time.js';
import { openTrial } from './trial.js';

export interface StudioOptions {
  /** Of the project; made where it is missing. */
  readonly folder: string;
  readonly access: Access;
  readonly limits?: Partial<Limits> | undefined;
  /** What is a defect of Clipstep, or missing on this machine, while nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

const LIMITS: Limits = {
  bodyBytes: 1e9,
  unpackedBytes: 1e9,
  pictureBytes: 200e6,
  zipEntries: 10_000,
  uploadBytesPerSecond: 10_000,
  uploadWindowSeconds: 10,
  answerSeconds: 120,
  atOnce: 2,
  waiting: 32,
  perClient: 32,
};

/**
 * Opens a project to be worked on in a browser: a handler of requests as createServer gives one. It holds the folder until
 * `close`, for which a training that is under way is interrupted, to be resumed.
 *
 * @throws UserError as openProjectFolder; `locked` where another studio has it open.
 */
export async function openStudio({ folder, access, limits, onError }: StudioOptions): Promise<Answering> {
  const project = await openProjectFolder(folder);
  // Two studios would not know of each other's changes.
  const unlock = await lockOutput(project.own, onError).catch((error: unknown) =>
    Promise.reject(error instanceof UserError && error.code === 'locked' ? alreadyOpen(folder) : error),
  );
  // What arrived but was not whole when an earlier one ended.
  await rm(project.arriving, { recursive: true, force: true });
  await makeFolder(project.arriving);
  const stop = new AbortController();
  const events = openEventStream();
  const changed = () => events.announce('state');
  const checks = clipChecks(project.clips, { onChange: changed, onError });
  const allLimits = { ...LIMITS, ...limits };
  const studio: Studio = {
    project,
    limits: allLimits,
    signal: stop.signal,
    events,
    checks,
    clips: new ClipChanges(project),
    changes: projectChanges(() => {
      checks.refresh();
      changed();
    }),
    runs: await openRuns(project, { onChange: changed, onProgress: () => events.announce('progress') }),
    thumbnails: thumbnails(stop.signal),
    times: trainingTimes({ signal: stop.signal, onChange: changed }),
    trial: openTrial({ temporaryFolder: project.arriving, limits: allLimits }),
  };
  checks.refresh();
  const unfollow = followRecipe(project.recipe, { onChange: changed, onError });
  return {
    fetch: answerStudio(studio, { access, onError }),
    close: async () => {
      unfollow();
      events.close();
      stop.abort();
      await Promise.all([checks.stop(), studio.runs.stop(), studio.times.stop(), studio.trial.close()]);
      await unlock();
    },
  };
}

function alreadyOpen(folder: string): UserError {
  return new UserError('locked', {
    problem: `Another studio has ${folder} open.`,
    fix: 'Use the page of that one, which several browser windows can show, or end it with Ctrl-C first.',
  });
}
