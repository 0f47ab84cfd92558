import { Command, Option } from 'commander';
import { collectRarely } from '../platform/collect-rarely.js';
import { batchNoun } from '../predict/batch/batch-noun.js';
import type { BatchOptions, BatchResult } from '../predict/batch/batch-options.js';
import { BATCH_FORMATS, type BatchFormat } from '../predict/batch/write-results.js';
import { batch } from '../workflows/batch.js';
import { formatOf, STDOUT, throughStdout } from './batch-output.js';
import { batchProgress } from './batch-progress.js';
import { batchSummary } from './batch-summary.js';
import { interruptible } from './interruptible.js';
import { openPrediction, type PredictionFlags, withPredictionOptions } from './prediction-options.js';
import { shardOption } from './shard-option.js';

interface Flags
  extends PredictionFlags,
    Pick<BatchOptions, 'subtitles' | 'report' | 'shard' | 'embeddings' | 'followLinks' | 'strict'> {
  readonly out: string;
  readonly format?: BatchFormat;
}

/** Finished, but some clips failed; 1 is a run that could not go on. */
const EXIT_WITH_FAILURES = 3;

const subtitlesOption = () =>
  new Option('--subtitles <format>', 'write the classes of the windows beside each clip').choices([
    'vtt',
    'srt',
  ]);

const CLIPS_SOURCE =
  'folder of clips and frame folders, or a manifest (CSV with path, which may be an http(s) address, and optionally id, label, start, end)';
const TEXTS_SOURCE =
  'for a model that reads texts, a file with one text a line (.txt) or a table with the column text and optionally label (.csv, .tsv)';

/** `clipstep batch` */
export function batchCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('batch')
    .description(
      'classify all clips below a folder, or all texts of a file, into a file of results; run it again to continue',
    )
    .argument('<source>', `${CLIPS_SOURCE}; ${TEXTS_SOURCE}`)
    .requiredOption(
      '-o, --out <file>',
      'file for the results, a row for each clip or text; with --shard also a folder, for a part of its own; - writes to stdout, at the end',
    )
    .addOption(
      new Option(
        '-f, --format <format>',
        'format of the results (default: by the extension of --out, else jsonl)',
      ).choices(BATCH_FORMATS),
    )
    .addOption(shardOption())
    .addOption(subtitlesOption())
    .option(
      '--report <file>',
      'write a page (HTML) with counts, failures, confident errors and the least certain clips',
    )
    .option('--embeddings <folder>', "write each clip's features there as safetensors")
    .option('--follow-links', 'follow links that leave the folder')
    .option('--strict', 'stop at the first clip that fails');
  return withPredictionOptions(command).action(async (source: string, flags: Flags) => {
    const result = await interruptible((signal) => runAndTell(source, flags, signal));
    if (result.failed > 0) finish(EXIT_WITH_FAILURES);
  });
}

async function runAndTell(source: string, flags: Flags, signal: AbortSignal): Promise<BatchResult> {
  if (flags.out === STDOUT) {
    const { noun, result } = await throughStdout((out) => run(source, { ...flags, out }, signal));
    console.error(batchSummary({ ...result, out: 'stdout' }, noun));
    return result;
  }
  const { noun, result } = await run(source, flags, signal);
  console.log(batchSummary(result, noun));
  return result;
}

/** @returns what came of it, and what one of its inputs is called. */
async function run(
  source: string,
  flags: Flags,
  signal: AbortSignal,
): Promise<{ noun: string; result: BatchResult }> {
  const { subtitles, report, shard, embeddings, followLinks, strict, out } = flags;
  const format = flags.format ?? formatOf(out);
  collectRarely();
  const prediction = await openPrediction(flags);
  const noun = batchNoun(prediction.bundle.manifest.pipeline);
  const progress = batchProgress(noun);
  try {
    const result = await batch({
      ...prediction,
      source,
      out,
      format,
      subtitles,
      report,
      shard,
      embeddings,
      followLinks,
      strict,
      signal,
      onEvent: progress.show,
    });
    return { noun, result };
  } finally {
    progress.stop();
  }
}
