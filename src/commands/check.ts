import { Command } from 'commander';
import colors from 'picocolors';
import { checkDataset, type DatasetCheck, type SamePair } from '../evaluate/check-dataset.js';
import type { SkippedClip } from '../evaluate/skipped-clips.js';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

/** `clipstep check` */
export function checkCommand(finish: (exitCode: number) => void): Command {
  return new Command('check')
    .description('look at the clips of a dataset before you train on them')
    .argument('<data>', 'folder with a folder of clips for each class, or a manifest (CSV)')
    .option('--json', 'print JSON')
    .action(async (data: string, { json }: { json?: boolean }) => {
      const progress = trainingProgress();
      const check = await interruptible((signal) =>
        checkDataset(data, { signal, onEvent: progress.show }),
      ).finally(progress.stop);
      console.log(json ? JSON.stringify(check, null, 2) : checkText(check));
      if (check.broken.length + check.contradictions.length > 0 || check.splitProblem) finish(1);
    });
}

function checkText(check: DatasetCheck): string {
  const { classes, clips, broken, skipped, copies, contradictions, reordered, splitProblem } = check;
  return [
    ...classTable(classes),
    '',
    ...lengthLines(clips),
    ...sizeLines(clips),
    ...list(colors.red('Cannot be read'), broken.map(reasonText)),
    ...list(
      colors.red('Contradictions'),
      contradictions.map(pairText),
      'the same clip is in two classes, one of which is wrong',
    ),
    ...list(colors.yellow('Copies'), copies.map(pairText), 'give them one group, or remove one of each'),
    ...list(
      'Told apart by order',
      reordered.map(pairText),
      'no fault where the order of the frames tells the classes apart; keep both of a pair in one group',
    ),
    ...list('Left out', skipped.map(reasonText)),
    ...(splitProblem ? [colors.red(splitProblem)] : []),
    ...imbalanceLines(classes),
  ].join('\n');
}

function classTable(classes: DatasetCheck['classes']): string[] {
  const width = classes.reduce((widest, { label }) => Math.max(widest, printable(label).length), 5);
  const total = classes.reduce((sum, { clips }) => sum + clips, 0);
  return [
    `${counted(classes.length, 'class', 'classes')}, ${counted(total, 'clip')}`,
    colors.dim(`  ${'class'.padEnd(width)}   clips  groups`),
    ...classes.map(
      ({ label, clips, groups, broken }) =>
        `  ${printable(label).padEnd(width)}  ${String(clips).padStart(6)}  ${String(groups).padStart(6)}${broken > 0 ? `  ${broken} cannot be read` : ''}`,
    ),
  ];
}

function lengthLines(clips: DatasetCheck['clips']): string[] {
  const sorted = [...clips].sort((one, other) => one.durationSeconds - other.durationSeconds);
  const [shortest, longest] = [sorted[0], sorted.at(-1)];
  if (!shortest || !longest) return [];
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const named = (clip: typeof shortest) => `${seconds(clip.durationSeconds)} (${printable(clip.id)})`;
  return [`Lengths: ${named(shortest)} to ${named(longest)}, median ${seconds(median.durationSeconds)}`];
}

const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** Sizes that are named; a collection from many cameras may have dozens. */
const MOST_SIZES = 5;

function sizeLines(clips: DatasetCheck['clips']): string[] {
  const counts = new Map<string, number>();
  for (const { size } of clips) {
    const name = size ?? 'not known';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const named = sorted.slice(0, MOST_SIZES).map(([size, count]) => `${size} (${count})`);
  const more = sorted.length > MOST_SIZES ? [`${sorted.length - MOST_SIZES} others`] : [];
  return [`Sizes: ${[...named, ...more].join(', ')}`];
}

/** Entries of a list that are named; --json has all. */
const MOST_NAMED = 20;

function list(title: string, entries: readonly string[], advice?: string): string[] {
  if (entries.length === 0) return [];
  const more =
    entries.length > MOST_NAMED ? [`  and ${entries.length - MOST_NAMED} more; --json names all`] : [];
  const head = `${title} (${entries.length})${advice ? `: ${advice}` : ''}`;
  return [head, ...entries.slice(0, MOST_NAMED).map((entry) => `  ${entry}`), ...more];
}

/** What cannot be read names itself; what is no clip at all does not. */
const reasonText = ({ path, problem }: SkippedClip): string =>
  printable(problem.includes(path) ? problem : `${path}: ${problem}`);

function pairText({ kind, ids: [one, other] }: SamePair): string {
  return `${printable(one)} and ${printable(other)}: ${PAIR_TEXTS[kind]}`;
}

const PAIR_TEXTS: Readonly<Record<SamePair['kind'], string>> = {
  content: 'the same bytes',
  frames: 'nearly the same frames',
  order: 'nearly the same frames, in another order',
};

/** Times that the largest class has of the smallest, from which on it is worth a word. */
const UNEQUAL = 3;

function imbalanceLines(classes: DatasetCheck['classes']): string[] {
  const most = classes.reduce((largest, { clips }) => Math.max(largest, clips), 0);
  const least = classes.reduce((smallest, { clips }) => Math.min(smallest, clips), most);
  if (most < UNEQUAL * least) return [];
  return [
    `The largest class has ${counted(most, 'clip')} and the smallest ${least}: training.sampler: balanced shows every class equally often.`,
  ];
}
