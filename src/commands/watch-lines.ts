import colors from 'picocolors';
import { counted } from '../platform/counted.js';
import { percent } from '../platform/percent.js';
import { printable } from '../platform/printable.js';
import type { LabelEnd, LabelStart, WatchedWindow } from '../predict/live/watch-options.js';
import { answerFields } from '../tasks/classification/answer.js';

/** What is said on stdout of a live source. */
export type Said = LabelStart | LabelEnd | WatchedWindow;

/** A line of JSON for it. */
export function jsonLine(said: Said, at: Date): string {
  return JSON.stringify({ event: said.kind, at: at.toISOString(), ...fieldsOf(said) });
}

function fieldsOf(said: Said): object {
  if (said.kind !== 'window') {
    const { kind, ...fields } = said;
    return fields;
  }
  const { startSeconds, endSeconds, answer, probability, distance, top, latestSeconds, dropped } = said;
  const judged = { ...answerFields(answer), probability, distance, top };
  return { startSeconds, endSeconds, ...judged, latestSeconds, dropped };
}

/** A line of words for it. */
export function wordLine(said: Said, at: Date): string {
  const clock = colors.dim(at.toTimeString().slice(0, 8));
  switch (said.kind) {
    case 'start':
      return `${clock}  ${colors.green('start')}  ${colors.bold(printable(said.label))} ${percent(said.probability)}`;
    case 'end': {
      const seconds = (said.endSeconds - said.startSeconds).toFixed(1);
      const why = said.reason === 'left' ? '' : ` (${REASONS[said.reason]})`;
      return `${clock}  ${colors.red('end')}    ${colors.bold(printable(said.label))} after ${seconds} s${why}`;
    }
    case 'window': {
      const { answer, probability } = said;
      const words = answer.kind === 'class' ? printable(answer.label) : `(unknown: ${answer.reason})`;
      const dropped = said.dropped > 0 ? `, ${counted(said.dropped, 'frame')} dropped` : '';
      return colors.dim(`${clock}         ${words} ${percent(probability)}${dropped}`);
    }
  }
}

const REASONS = {
  lost: 'the source was lost',
  ended: 'the source has ended',
  stopped: 'stopped',
} as const;
