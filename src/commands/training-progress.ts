import { Presets, SingleBar } from 'cli-progress';
import { percent } from '../platform/percent.js';
import type { QuantizeEvent } from '../quantize/quantize-event.js';
import { leakText } from '../report/words.js';
import type { TrainEvent } from '../train/train-event.js';

const READING = {
  generate: 'Generating clips',
  leaks: 'Comparing clips',
  prepare: 'Reading clips',
  test: 'Testing',
  frames: 'Reading frames',
} as const;

type ProgressEvent = TrainEvent | QuantizeEvent;

/** Draws a training's events on stderr: a bar on a terminal, else a line for each note and epoch. */
export function trainingProgress(): { show: (event: ProgressEvent) => void; stop: () => void } {
  const bar = process.stderr.isTTY ? new Bar() : null;
  return {
    show: (event) => {
      const line = lineOf(event);
      if (line) {
        bar?.clear();
        console.error(line);
      }
      bar?.draw(event);
    },
    stop: () => bar?.clear(),
  };
}

function lineOf(event: ProgressEvent): string | null {
  switch (event.kind) {
    case 'note':
      return event.message;
    case 'skipped':
      // What cannot be read names itself; what is no clip at all does not.
      return `Left out: ${event.problem.includes(event.path) ? '' : `${event.path}: `}${event.problem}`;
    case 'leaks':
      return leakText(event.leaks);
    case 'epoch':
      return epochLine(event);
    case 'reading':
    case 'classifier':
    case 'downloading':
    case 'step':
      return null;
  }
}

function epochLine({ record, epochs, isBest }: Extract<TrainEvent, { kind: 'epoch' }>): string {
  const validation =
    record.validationLoss === null
      ? ''
      : `, validation ${record.validationLoss.toFixed(4)}${shareText(record.validationAccuracy)}${isBest ? ' (best)' : ''}`;
  const { trainLoss, trainAccuracy, seconds } = record;
  const training =
    trainAccuracy === null
      ? `distillation loss ${trainLoss.toFixed(4)}`
      : `loss ${trainLoss.toFixed(4)} ${percent(trainAccuracy)}`;
  return `Stage ${record.stage + 1}, epoch ${record.epoch}/${epochs}: ${training}${validation}, ${seconds.toFixed(1)} s`;
}

const shareText = (share: number | null): string => (share === null ? '' : ` ${percent(share)}`);

/** One bar at a time: a new one whenever what is counted changes. */
class Bar {
  #bar: SingleBar | null = null;
  #counted = '';

  draw(event: ProgressEvent): void {
    if (event.kind === 'reading') {
      this.#update(READING[event.what], { value: event.done, total: event.total, figures: '' });
    } else if (event.kind === 'classifier') {
      const { name, epoch, epochs } = event;
      this.#update(`Baseline: ${name}`, { value: epoch, total: epochs, figures: '' });
    } else if (event.kind === 'downloading') {
      const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);
      this.#update(`Downloading ${event.fileName} (MB)`, {
        value: megabytes(event.receivedBytes),
        total: megabytes(event.totalBytes ?? event.receivedBytes),
        figures: '',
      });
    } else if (event.kind === 'step') {
      this.#update(`Stage ${event.stage + 1}, epoch ${event.epoch}/${event.epochs}`, {
        value: event.step,
        total: event.steps,
        figures: `loss ${event.loss.toFixed(4)}${event.accuracy === null ? '' : `, accuracy ${percent(event.accuracy)}`}`,
      });
    }
  }

  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
    this.#counted = '';
  }

  #update(
    counted: string,
    { value, total, figures }: { value: number; total: number; figures: string },
  ): void {
    if (counted !== this.#counted || !this.#bar) {
      this.clear();
      this.#counted = counted;
      this.#bar = new SingleBar(
        { format: '{counted} {bar} {value}/{total} {figures} {eta_formatted} left', clearOnComplete: true },
        Presets.shades_classic,
      );
      this.#bar.start(total, 0, { counted, figures });
    }
    this.#bar.update(value, { counted, figures });
  }
}
