import type { FramesInput } from '../inputs/video/frames-schema.js';
import { evaluationSampling, readClip } from '../inputs/video/read-clip.js';
import { networksOf } from '../network/networks.js';
import type { Pipeline } from '../pipeline/schema.js';
import { WorkerThread } from '../platform/threads/worker-thread.js';
import type { TrainingPace } from '../train/pace.js';
import { lengthOf } from '../train/stages.js';
import type { ClipListing, StoredClip } from './clip-folder.js';
import type { TrainingTime } from './messages.js';
import type { PaceCalls, PaceStart } from './pace-thread.js';

/** How long a first training will take, from what its parts take on this machine. */
export interface TrainingTimes {
  /** Null until it is measured, which the first call with these clips begins; also for trainings that are not measured. */
  estimate(listing: ClipListing, pipeline: Pipeline): TrainingTime | null;
  /** Waits until what is under way has ended. */
  stop(): Promise<void>;
}

interface Measured {
  readonly pipeline: Pipeline;
  seconds: { clip: number; step: number } | null;
  /** The clips of the last attempt, which is not made again with the same ones. */
  tried: string;
}

/** @param options.onChange is called when a pipeline is measured. */
export function trainingTimes(options: { signal: AbortSignal; onChange: () => void }): TrainingTimes {
  let measured: Measured | null = null;
  let running: Promise<void> | null = null;
  const measure = async (own: Measured, { labels, clips }: ClipListing) => {
    const { pipeline } = own;
    const { signal } = options;
    // Where it cannot be measured there is no estimate, and the training itself says why.
    own.seconds = await measureAny(clips, { pipeline, classes: labels.length, signal }).catch(() => null);
    running = null;
    // Another pipeline may wait for its turn.
    if (own.seconds || own !== measured) options.onChange();
  };
  return {
    estimate: (listing, pipeline) => {
      if (!isMeasured(pipeline)) return null;
      if (measured?.pipeline !== pipeline) measured = { pipeline, seconds: null, tried: '' };
      const { labels, clips } = listing;
      const clipsNow = JSON.stringify(clips.map(({ id, version }) => [id, version]));
      if (!measured.seconds && !running && clipsNow !== measured.tried) {
        measured.tried = clipsNow;
        running = measure(measured, listing);
      }
      const { seconds } = measured;
      return seconds && timeOf(seconds, { pipeline, clips: clips.length, classes: labels.length });
    },
    stop: async () => running ?? undefined,
  };
}

const isMeasured = ({ input, training, finetune, distil }: Pipeline): boolean =>
  training.train === 'recurrent' && !finetune && !distil && input.kind === 'frames';

/** Until the first clip is read. */
const START_SECONDS = 3;

/** Clips are read once more, to find those that are the same. */
const READINGS = 1.5;

/** Simpler models are trained for as many steps, to compare with. */
const WITH_BASELINES = 1.3;

function timeOf(
  measured: { clip: number; step: number },
  { pipeline, clips, classes }: { pipeline: Pipeline; clips: number; classes: number },
): TrainingTime {
  const { training, split } = pipeline;
  const trained = clips * (1 - split.validation - split.test);
  const { steps } = lengthOf(training, Math.max(1, Math.ceil(trained / training.batchSize)));
  const perStep = WITH_BASELINES * networksOf(pipeline, { classes }).apart * measured.step;
  return {
    seconds: START_SECONDS + READINGS * clips * measured.clip + steps * perStep,
    perStep,
    isFirst: true,
  };
}

/** With the first clip that can be read; null for none. */
async function measureAny(
  clips: readonly StoredClip[],
  { pipeline, classes, signal }: { pipeline: Pipeline; classes: number; signal: AbortSignal },
): Promise<{ clip: number; step: number } | null> {
  for (const { path } of clips) {
    const started = performance.now();
    const input = pipeline.input as FramesInput; // a studio's reads frames
    const sampling = evaluationSampling(input.sampling);
    const read = await readClip(path, { input, sampling, allowDamaged: true, signal }).catch(() => null);
    if (signal.aborted) return null;
    if (!read) continue;
    const reading = (performance.now() - started) / 1000;
    const pace = await measureInThread({ pipeline, clip: { ...read, classes } }, signal);
    return { clip: reading + pace.encode, step: pace.step };
  }
  return null;
}

/** Rejects where it cannot be measured, and where the signal ends it. */
async function measureInThread(start: PaceStart, signal: AbortSignal): Promise<TrainingPace> {
  const thread = new WorkerThread<PaceCalls>('pace-thread');
  const end = () => void thread.end();
  signal.addEventListener('abort', end);
  try {
    return await thread.call('measure', start);
  } finally {
    signal.removeEventListener('abort', end);
    await thread.end();
  }
}
