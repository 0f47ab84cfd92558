import { Presets, SingleBar } from 'cli-progress';
import { percent } from '../platform/percent.js';
import type { QuantizeEvent } from '../quantize/quantize-event.js';
import { leakText } from '../report/words.js';
import type { TrainEvent } from '../train/train-event.js';

const READING = {
  generate: 'Generating clips',
  leaks: 'Comparing examples',
  outliers: 'Reading outliers',
  prepare: 'Reading examples',
  test: 'Testing',
  frames: 'Reading frames',
} as const;

type ProgressEvent = TrainEvent | QuantizeEvent;

/** Draws a training's events on stderr: a line for each note and epoch, and a bar on a terminal, else a line now and then. */
export function trainingProgress(): { show: (event: ProgressEvent) => void; stop: () => void } {
  const bar = process.stderr.isTTY ? new Bar() : new Lines();
  return {
    show: (event) => {
      const line = lineOf(event);
      if (line) {
        bar.clear();
        console.error(line);
      }
      bar.draw(event);
    },
    stop: () => bar.clear(),
  };
}

function lineOf(event: ProgressEvent): string | null {
  switch (event.kind) {
    case 'note':
    case 'remark':
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

/** Lines that a stage may have, whose epochs are hundreds of a few steps each where examples are few. */
const MOST_LINES = 50;

function epochLine({ record, epochs, isBest }: Extract<TrainEvent, { kind: 'epoch' }>): string | null {
  if (record.epoch % Math.ceil(epochs / MOST_LINES) !== 0 && record.epoch !== epochs) return null;
  const validation =
    record.validationLoss === null
      ? ''
      : `, validation ${record.validationLoss.toFixed(4)}${shareText(record.validationAccuracy)}${isBest ? ' (best so far)' : ''}`;
  const { trainLoss, trainAccuracy, seconds } = record;
  const training =
    trainAccuracy === null
      ? `distillation loss ${trainLoss.toFixed(4)}`
      : `loss ${trainLoss.toFixed(4)} ${percent(trainAccuracy)}`;
  return `Stage ${record.stage + 1}, epoch ${record.epoch}/${epochs}: ${training}${validation}, ${seconds.toFixed(1)} s`;
}

const shareText = (share: number | null): string => (share === null ? '' : ` ${percent(share)}`);

/** What is under way, how far it has come, and what else there is to say. */
interface Position {
  readonly counted: string;
  readonly value: number;
  /** Null where it is not known. */
  readonly total: number | null;
  /** Of both, after a space; nothing when absent. */
  readonly unit?: string;
  readonly figures: string;
}

function positionOf(event: ProgressEvent): Position | null {
  switch (event.kind) {
    case 'reading':
      return { counted: READING[event.what], value: event.done, total: event.total, figures: '' };
    case 'classifier': {
      const { name, epoch, epochs } = event;
      return { counted: `To compare with: ${name}`, value: epoch, total: epochs, figures: '' };
    }
    case 'downloading':
      return {
        counted: `Downloading ${event.fileName}`,
        value: megabytes(event.receivedBytes),
        total: event.totalBytes === null ? null : megabytes(event.totalBytes),
        unit: ' MB',
        figures: '',
      };
    case 'step': {
      const accuracy = event.accuracy === null ? '' : `, accuracy ${percent(event.accuracy)}`;
      return {
        counted: `Stage ${event.stage + 1}, epoch ${event.epoch}/${event.epochs}`,
        value: event.step,
        total: event.steps,
        figures: `loss ${event.loss.toFixed(4)}${accuracy}`,
      };
    }
    default:
      return null;
  }
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

/** How often a line says how far it is where there is no terminal to draw on. */
const LINE_MILLISECONDS = 30_000;

/** A line now and then, so that a log file tells whether it goes on. */
class Lines {
  #shownAt = performance.now();
  #isDownloading = false;

  draw(event: ProgressEvent): void {
    const position = positionOf(event);
    if (!position) return;
    // What is fetched over a network is named at once.
    const isNew = event.kind === 'downloading' && !this.#isDownloading;
    this.#isDownloading = event.kind === 'downloading';
    if (!isNew && performance.now() - this.#shownAt < LINE_MILLISECONDS) return;
    this.#shownAt = performance.now();
    const { counted, value, total, unit = '', figures } = position;
    const of = total === null ? '' : `/${total}`;
    console.error(`${counted}: ${value}${of}${unit}${figures && `, ${figures}`}`);
  }

  clear(): void {}
}

const FORMAT = '{counted} {bar} {value}/{total}{unit} {figures} {eta_formatted} left';

/** Where nobody knows how much there is. */
const OPEN_FORMAT = '{counted}: {value}{unit}';

/** One bar at a time: a new one whenever what is counted changes. */
class Bar {
  #bar: SingleBar | null = null;
  #counted = '';

  draw(event: ProgressEvent): void {
    const position = positionOf(event);
    if (position) this.#update(position);
  }

  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
    this.#counted = '';
  }

  #update({ counted, value, total, unit = '', figures }: Position): void {
    if (counted !== this.#counted || !this.#bar) {
      this.clear();
      this.#counted = counted;
      const format = total === null ? OPEN_FORMAT : FORMAT;
      this.#bar = new SingleBar({ format, clearOnComplete: true }, Presets.shades_classic);
      this.#bar.start(total ?? Number.POSITIVE_INFINITY, 0, { counted, unit, figures });
    }
    if (total !== null) this.#bar.setTotal(total);
    this.#bar.update(value, { counted, unit, figures });
  }
}
