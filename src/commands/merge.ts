import { Command, Option } from 'commander';
import colors from 'picocolors';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import { BATCH_FORMATS, type BatchFormat } from '../predict/batch/write-results.js';
import { type MergeResult, mergeParts } from '../predict/merge/merge-parts.js';
import { formatOf } from './batch-output.js';
import { countsOf, summaryLines } from './batch-summary.js';
import { interruptible } from './interruptible.js';

interface Flags {
  readonly out: string;
  readonly format?: BatchFormat;
  readonly list?: string;
  readonly followLinks?: boolean;
}

/** Merged, but clips failed or something is missing; as of a batch. */
const EXIT_WITH_FAILURES = 3;

/** `clipstep merge` */
export function mergeCommand(finish: (exitCode: number) => void): Command {
  return new Command('merge')
    .description('put the parts of a batch together into one file: each clip once, with what is missing')
    .argument(
      '<parts...>',
      'results of shards or of workers (.jsonl with their .run.json, or .parquet), or folders of them',
    )
    .requiredOption('-o, --out <file>', 'file for all rows')
    .addOption(
      new Option('-f, --format <format>', 'format of --out (default: by its extension, else jsonl)').choices(
        BATCH_FORMATS,
      ),
    )
    .option(
      '--list <source>',
      'the folder or manifest that the parts are of: rows come in its order, and clips without one are named',
    )
    .option('--follow-links', 'as the batch, where the list is a folder')
    .action(async (parts: string[], flags: Flags) => {
      const format = flags.format ?? formatOf(flags.out);
      const result = await interruptible((signal) => mergeParts({ ...flags, parts, format, signal }));
      console.log(mergeSummary(result));
      if (isIncomplete(result)) finish(EXIT_WITH_FAILURES);
    });
}

const isIncomplete = ({ failed, missing, absentShards, damagedLines }: MergeResult): boolean =>
  failed > 0 || damagedLines > 0 || absentShards.length > 0 || (missing?.clips ?? 0) > 0;

function mergeSummary(result: MergeResult): string {
  const { out, parts, clips, repeated, damagedLines, absentShards, missing } = result;
  const counts = [
    ...countsOf(result),
    ...(repeated > 0 ? [`${counted(repeated, 'row')} that others repeat left out`] : []),
  ];
  return [
    `${colors.bold(printable(out))}: ${counted(parts, 'part')}, ${counted(clips, 'clip')}, ${counts.join(', ')}`,
    ...(damagedLines > 0
      ? [colors.red(`${counted(damagedLines, 'damaged line')} left out: make that part again`)]
      : []),
    ...(absentShards.length > 0 ? [colors.red(`Shards without a part: ${absentShards.join(', ')}`)] : []),
    ...missingLines(missing),
    ...summaryLines(result, 'clip'),
  ].join('\n');
}

function missingLines(missing: MergeResult['missing']): string[] {
  if (!missing || missing.clips === 0) return [];
  const { clips, examples } = missing;
  return [
    colors.red(`${counted(clips, 'clip')} of the list ${clips === 1 ? 'has' : 'have'} no row:`),
    ...examples.map((id) => `  ${printable(id)}`),
    ...(clips > examples.length ? [`  and ${clips - examples.length} more`] : []),
  ];
}
