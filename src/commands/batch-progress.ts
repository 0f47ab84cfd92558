import { Presets, SingleBar } from 'cli-progress';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import type { BatchEvent } from '../predict/batch/batch-options.js';
import { rateText } from './rate-text.js';

/** How often a line is written where there is no terminal to draw on. */
const LINE_MILLISECONDS = 30_000;
/** How often a bar is drawn. */
const DRAW_MILLISECONDS = 500;

/** Rates are taken over this time, so that one shows what happens now. */
const RATE_MILLISECONDS = 60_000;

/**
 * Draws a batch's events on stderr: a bar on a terminal, else a line now and then.
 * @param noun what one of its inputs is called.
 */
export function batchProgress(noun: string): { show: (event: BatchEvent) => void; stop: () => void } {
  const bar = process.stderr.isTTY ? startBar() : null;
  const rate = rateMeter();
  let shownAt = performance.now();
  return {
    show: (event) => {
      if (event.kind === 'found') {
        for (const line of notes(event, noun)) console.error(line);
        bar?.start(event.clips, 0, { figures: '', noun: event.clips === 1 ? noun : `${noun}s` });
        return;
      }
      rate.note(event.outcome !== 'kept');
      const now = performance.now();
      const interval = bar ? DRAW_MILLISECONDS : LINE_MILLISECONDS;
      if (now - shownAt < interval && event.done < event.total) return;
      shownAt = now;
      const figures = figuresOf(event, rate.clipsPerSecond());
      if (bar) bar.update(event.done, { figures });
      else console.error(`${event.done}/${counted(event.total, noun)}, ${figures}`);
    },
    stop: () => bar?.stop(),
  };
}

function startBar(): SingleBar {
  const format = '{bar} {value}/{total} {noun}, {figures}';
  return new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
}

function notes(
  { clips, finished, skipped, damagedLines }: Extract<BatchEvent, { kind: 'found' }>,
  noun: string,
): string[] {
  return [
    `${counted(clips, noun)}${finished > 0 ? `, ${finished} of which have results already` : ''}`,
    ...(damagedLines > 0
      ? [
          `${counted(damagedLines, 'damaged line')} of the results ${damagedLines === 1 ? 'is' : 'are'} left out`,
        ]
      : []),
    ...skipped.map(({ path, problem }) => `Skipped: ${printable(`${path}: ${problem}`)}`),
  ];
}

function figuresOf(
  { done, total, failures }: Extract<BatchEvent, { kind: 'clip' }>,
  clipsPerSecond: number,
): string {
  const memory = `${Math.round(process.memoryUsage.rss() / 1e6)} MB`;
  const left =
    clipsPerSecond > 0 && done < total ? `${duration((total - done) / clipsPerSecond)} left, ` : '';
  return `${rateText(clipsPerSecond)}, ${left}${failures} failed, ${memory}`;
}

/** 95 as `1 min 35 s`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Clips whose rows stood already do not count: they say nothing of how long the others take. */
function rateMeter() {
  const begun = performance.now();
  const recent: number[] = [];
  const forget = () => {
    while (recent.length > 0 && recent[0]! < performance.now() - RATE_MILLISECONDS) recent.shift();
  };
  return {
    note: (isNew: boolean) => {
      if (isNew) recent.push(performance.now());
      forget();
    },
    clipsPerSecond: () => {
      forget();
      return (recent.length * 1000) / Math.min(RATE_MILLISECONDS, performance.now() - begun);
    },
  };
}
