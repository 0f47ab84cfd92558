import type { Limits } from '../serve/serve-options.js';
import type { ClipChanges } from './clip-changes.js';
import type { ClipChecks } from './clip-checks.js';
import type { EventStream } from './event-stream.js';
import type { ProjectChanges } from './project-changes.js';
import type { ProjectFolder } from './project-folder.js';
import type { Runs } from './runs.js';
import type { Thumbnails } from './thumbnails.js';
import type { TrainingTimes } from './training-time.js';
import type { Trial } from './trial.js';

/** What all requests to a studio share. */
export interface Studio {
  readonly project: ProjectFolder;
  readonly limits: Limits;
  /** Ends what is under way when the studio closes. */
  readonly signal: AbortSignal;
  readonly events: EventStream;
  readonly checks: ClipChecks;
  readonly clips: ClipChanges;
  readonly changes: ProjectChanges;
  readonly runs: Runs;
  readonly thumbnails: Thumbnails;
  readonly times: TrainingTimes;
  readonly trial: Trial;
}
