import type { Job } from 'bullmq';
import { UserError } from '../errors.js';
import type { BatchClip } from '../predict/batch/batch-clip.js';
import type { ClipProcessor } from '../predict/batch/clip-processor.js';
import type { Journal } from '../predict/batch/journal.js';
import { failedRow } from '../predict/batch/make-row.js';
import { isFailed, type Row } from '../predict/batch/row.js';
import type { Chunk, UnderWay } from './chunk.js';

interface Context {
  readonly processor: ClipProcessor;
  readonly journal: Journal;
  /** Of the job that this worker works on. */
  readonly run: string;
  readonly mostDeaths: number;
  readonly counts: { rows: number; failed: number };
  /** Ends the worker, by an error that is no clip's. */
  readonly stop: AbortController;
  readonly signal: AbortSignal;
}

/** What makes rows of a chunk's clips, which are on the disk when it returns. */
export function chunkProcessor(context: Context): (job: Job<Chunk>) => Promise<void> {
  return async (job) => {
    try {
      const deaths = await countDeaths(job);
      if (job.data.run === context.run) await processClips(job, { ...context, deaths });
      await context.journal.sync();
    } catch (error) {
      // No death: it is told, and the chunk goes back.
      await say(job, null).catch(() => {});
      if (!context.signal.aborted) context.stop.abort(error);
      throw error;
    }
  };
}

/** A chunk that comes again has ended the worker that had it, or has lost it: the clip it was at may be why. */
async function countDeaths(job: Job<Chunk>): Promise<Chunk['deaths']> {
  // What updateProgress was given; before that it is 0.
  const { clip = null } = job.progress as Partial<UnderWay>;
  if (clip === null) return job.data.deaths;
  const deaths = { ...job.data.deaths, [clip]: (job.data.deaths[clip] ?? 0) + 1 };
  await job.updateData({ ...job.data, deaths });
  return deaths;
}

async function processClips(
  job: Job<Chunk>,
  { processor, journal, mostDeaths, counts, signal, deaths }: Context & { deaths: Chunk['deaths'] },
): Promise<void> {
  for (const clip of job.data.clips) {
    signal.throwIfAborted();
    if (journal.isFinished(clip.id)) continue;
    const times = deaths[clip.id] ?? 0;
    let row: Row | null;
    if (times >= mostDeaths) row = deadlyRow(clip, times);
    else {
      await say(job, clip.id);
      row = await processor.process(clip, null);
    }
    if (!row) continue;
    await journal.append(row);
    counts.rows += 1;
    if (isFailed(row)) counts.failed += 1;
  }
}

const say = (job: Job<Chunk>, clip: string | null): Promise<void> =>
  job.updateProgress({ clip } satisfies UnderWay);

function deadlyRow(clip: BatchClip, times: number): Row {
  const error = new UserError('killed', {
    problem: `${clip.path} was given up: its worker ended ${times} times while it was at it.`,
    fix: 'See whether it takes all memory; classify it alone with `clipstep classify`.',
  });
  return failedRow({ clip, content: undefined, error });
}
