import { UserError } from '../../errors.js';
import { counted } from '../../platform/counted.js';
import type { Spool } from '../../platform/spool.js';
import type { BatchClip } from './batch-clip.js';
import { batchNoun } from './batch-noun.js';
import { type BatchOptions, withDefaults } from './batch-options.js';
import { type ClipProcessor, openProcessor } from './clip-processor.js';
import type { Journal } from './journal.js';
import type { Helpers } from './prepare-run.js';
import { isFailed } from './row.js';

/** A batch under way. */
export interface Run extends Helpers {
  readonly options: BatchOptions;
  /** Ends the run from within; its reason is what the run then throws. */
  readonly stop: AbortController;
  /** Aborts when the run is ended from within or by the caller. */
  readonly signal: AbortSignal;
}

/** Why `strict` ended a run: its failure stands in the results, and is not the run's own. */
const STRICT = Symbol('strict');

interface Work {
  readonly clips: Spool<BatchClip>;
  readonly journal: Journal;
  /** A folder for what is fetched. */
  readonly scratch: string;
}

/**
 * Classifies clips, some at once, and adds their rows to the journal as they are done.
 *
 * @returns how many rows stood already, and whether all clips have one now.
 * @throws UserError `aborted`, or whatever else ended the run; no clip is under way then.
 */
export async function classifyClips(run: Run, work: Work): Promise<{ kept: number; isComplete: boolean }> {
  const { options, stop } = run;
  const jobs = Math.min(withDefaults(options).jobs, work.clips.size);
  // One for all: each takes the next.
  const waiting = work.clips[Symbol.asyncIterator]();
  const counts: Counts = { done: 0, failures: 0, kept: 0 };
  const processor = await openProcessor(run, work.scratch);
  const worker = async () => {
    for await (const clip of waiting) {
      if (run.signal.aborted) return;
      await classifyNext(run, { ...work, clip, counts, processor });
    }
  };
  const workers = Array.from({ length: jobs }, () => worker().catch((error: unknown) => stop.abort(error)));
  await Promise.all(workers);
  await processor.release();
  if (options.signal?.aborted)
    throw interrupted(counts.done, counted(work.clips.size, batchNoun(options.bundle.manifest.pipeline)));
  if (stop.signal.aborted && stop.signal.reason !== STRICT) throw stop.signal.reason;
  return { kept: counts.kept, isComplete: !stop.signal.aborted };
}

interface Counts {
  done: number;
  failures: number;
  kept: number;
}

async function classifyNext(
  run: Run,
  next: Work & { clip: BatchClip; counts: Counts; processor: ClipProcessor },
): Promise<void> {
  const { clip, counts } = next;
  const finished = await next.journal.finished(clip.id);
  const row = await next.processor.process(clip, finished);
  if (row) await next.journal.append(row);
  const isFailure = row ? isFailed(row) : finished !== null && isFailed(finished);
  counts.done += 1;
  if (isFailure) counts.failures += 1;
  if (!row) counts.kept += 1;
  run.options.onEvent?.({
    kind: 'clip',
    outcome: row ? (isFailure ? 'failed' : 'classified') : 'kept',
    done: counts.done,
    total: next.clips.size,
    failures: counts.failures,
  });
  if (isFailure && run.options.strict) run.stop.abort(STRICT);
}

function interrupted(done: number, all: string): UserError {
  return new UserError('aborted', {
    problem: `Interrupted: ${done} of ${all} ${done === 1 ? 'is' : 'are'} done, and kept.`,
    fix: 'Give the same command again to go on.',
  });
}
