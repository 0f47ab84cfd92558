import * as z from 'zod';
import type { Pipeline } from '../pipeline/schema.js';
import { problemOnPage } from './clip-problem.js';
import { type Epoch, epochPoints, stageCount } from './epoch-points.js';
import type { RunProgress } from './messages.js';
import type { RunLine } from './run-log.js';

/** What a training prints of how far it is; see train/train-event.ts. */
const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reading'), what: z.string(), done: z.number(), total: z.number() }),
  z.object({ kind: z.literal('classifier'), epoch: z.number(), epochs: z.number() }),
  z.object({
    kind: z.literal('downloading'),
    fileName: z.string(),
    receivedBytes: z.number(),
    totalBytes: z.number().nullish(),
  }),
  z.object({
    kind: z.literal('step'),
    /** Among all stages of all networks, from 0. */
    stage: z.number(),
    epoch: z.number(),
    epochs: z.number(),
    step: z.number(),
    steps: z.number(),
  }),
]);

type ProgressEvent = z.infer<typeof eventSchema>;

interface Position {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Follows a training by what it prints. */
export interface ProgressTracker {
  /** @returns whether there is something new to show. */
  take(line: string): boolean;
  /** Takes a line that was kept. */
  keep(line: RunLine): void;
  readonly progress: RunProgress;
}

/** A training that shows only part of its parts' time is guessed wrongly from its first moments. */
const LEAST_SHARE = 0.05;

/** @param pipeline that is trained. */
export function trackProgress(pipeline: Pipeline): ProgressTracker {
  const epochs: Epoch[] = [];
  const notes: string[] = [];
  let position: Position = { what: 'Starting', done: 0, total: 1 };
  let since = performance.now();
  let sinceShare = 0;
  const stages = stageCount(pipeline);
  return {
    take: (line) => {
      const event = parseEvent(line);
      if (!event) return false;
      const next = positionOf(event, stages);
      if (next.what !== position.what) {
        since = performance.now();
        // One that is resumed goes on from there.
        sinceShare = shareOf(next);
      }
      position = next;
      return true;
    },
    keep: (line) => {
      if (line.kind === 'epoch') epochs.push(line.record);
      const note = noteOf(line);
      if (note !== null) notes.push(note);
    },
    get progress() {
      const share = shareOf(position) - sinceShare;
      const seconds = (performance.now() - since) / 1000;
      const rest = 1 - shareOf(position);
      const secondsLeft = share > LEAST_SHARE ? Math.round((seconds * rest) / share) : null;
      return { ...position, secondsLeft, epochs: epochPoints(epochs, pipeline), notes: [...notes] };
    },
  };
}

const shareOf = ({ done, total }: Position): number => done / Math.max(1, total);

function parseEvent(line: string): ProgressEvent | null {
  try {
    return eventSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** @param stages that a training has. */
function positionOf(event: ProgressEvent, stages: number): Position {
  switch (event.kind) {
    case 'reading':
      return { what: READING[event.what] ?? 'Reading clips', done: event.done, total: event.total };
    case 'classifier':
      return { what: 'Training simpler models to compare with', done: event.epoch, total: event.epochs };
    case 'downloading': {
      const { receivedBytes, totalBytes } = event;
      return { what: 'Downloading the pretrained encoder', done: receivedBytes, total: totalBytes ?? 0 };
    }
    case 'step': {
      const { stage, epoch, epochs, step, steps } = event;
      const whole = epochs * steps;
      return { what: 'Learning', done: stage * whole + (epoch - 1) * steps + step, total: stages * whole };
    }
  }
}

const READING: Readonly<Record<string, string>> = {
  leaks: 'Comparing clips',
  outliers: 'Learning what the clips have in common',
  prepare: 'Reading clips',
  test: 'Testing on clips that it has not seen',
};

function noteOf(line: RunLine): string | null {
  switch (line.kind) {
    case 'note':
    case 'remark':
      return line.message;
    case 'skipped':
      return `Left out: ${problemOnPage(line.problem, line)}`;
    default:
      return null;
  }
}
