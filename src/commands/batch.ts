import { Command, Option } from 'commander';
import { loadBundle } from '../bundle/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { SHIPPED_MODEL } from '../platform/package-files.js';
import type { BatchOptions, BatchResult } from '../predict/batch/batch-options.js';
import type { Windowing } from '../predict/batch/windows.js';
import { BATCH_FORMATS, type BatchFormat } from '../predict/batch/write-results.js';
import { batchNoun } from '../report/words.js';
import { batch } from '../workflows/batch.js';
import { formatOf, STDOUT, throughStdout } from './batch-output.js';
import { batchProgress } from './batch-progress.js';
import { batchSummary } from './batch-summary.js';
import { noteDefaultModel } from './default-model.js';
import { downloadProgress } from './download-progress.js';
import {
  allowDamagedOption,
  encodingOption,
  engineOption,
  imagenetWeightsOption,
  maxDistanceOption,
  modelOption,
  numberWithin,
  samplingOption,
  wholeNumber,
} from './flags.js';
import { interruptible } from './interruptible.js';
import { shardOption } from './shard-option.js';

interface Flags
  extends Pick<
    BatchOptions,
    | 'subtitles'
    | 'report'
    | 'jobs'
    | 'shard'
    | 'sampling'
    | 'allowDamaged'
    | 'embeddings'
    | 'followLinks'
    | 'strict'
  > {
  readonly out: string;
  readonly model?: string;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly weights?: string;
  readonly format?: BatchFormat;
  readonly top: number;
  readonly timeout: number;
  readonly minProbability?: number;
  readonly maxDistance?: number;
  readonly window?: number;
  readonly stride?: number;
}

/** A day: no clip is or takes longer. */
const LONGEST_SECONDS = 86_400;

/** Finished, but some clips failed; 1 is a run that could not go on. */
const EXIT_WITH_FAILURES = 3;

const subtitlesOption = () =>
  new Option('--subtitles <format>', 'write the classes of the windows beside each clip').choices([
    'vtt',
    'srt',
  ]);

const CLIPS_SOURCE =
  'folder of clips and frame folders, or a manifest (CSV with path and optionally label, start, end)';
const TEXTS_SOURCE =
  'for a model that reads texts, a file with one text a line (.txt) or a table with the column text and optionally label (.csv, .tsv)';

/** `clipstep batch` */
export function batchCommand(finish: (exitCode: number) => void): Command {
  return new Command('batch')
    .description(
      'classify all clips below a folder, or all texts of a file, into a file of results; run it again to continue',
    )
    .argument('<source>', `${CLIPS_SOURCE}; ${TEXTS_SOURCE}`)
    .requiredOption(
      '-o, --out <file>',
      'file for the results, a row for each clip or text; - writes to stdout, at the end',
    )
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .addOption(
      new Option(
        '-f, --format <format>',
        'format of the results (default: by the extension of --out, else jsonl)',
      ).choices(BATCH_FORMATS),
    )
    .option(
      '-j, --jobs <count>',
      'clips processed at once (default: one more than the machine has cores)',
      wholeNumber(1),
    )
    .addOption(shardOption())
    .option('-t, --top <count>', 'how many classes to list for each clip', wholeNumber(1), 5)
    .option(
      '--min-probability <p>',
      "answer unknown below this probability (default: the model's own)",
      numberWithin(0, 1),
    )
    .option('--timeout <seconds>', 'longest time for one clip', numberWithin(0.001, LONGEST_SECONDS), 600)
    .option(
      '--window <seconds>',
      'classify windows of this length, a row each',
      numberWithin(0.1, LONGEST_SECONDS),
    )
    .option(
      '--stride <seconds>',
      'seconds from the start of one window to the next (default: --window)',
      numberWithin(0.1, LONGEST_SECONDS),
    )
    .addOption(subtitlesOption())
    .option(
      '--report <file>',
      'write a page (HTML) with counts, failures, confident errors and the least certain clips',
    )
    .option('--embeddings <folder>', "write each clip's features there as safetensors")
    .option('--follow-links', 'follow links that leave the folder')
    .option('--strict', 'stop at the first clip that fails')
    .addOption(maxDistanceOption())
    .addOption(samplingOption())
    .addOption(allowDamagedOption())
    .addOption(encodingOption())
    .addOption(engineOption())
    .action(async (source: string, flags: Flags) => {
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
  const { model = SHIPPED_MODEL, weights, timeout, window, stride, ...options } = flags;
  const windowing = windowingOf(flags);
  const format = flags.format ?? formatOf(flags.out);
  if (flags.model === undefined) await noteDefaultModel();
  const download = downloadProgress('the pretrained MobileNet');
  const { onReceived } = download;
  const bundle = await loadBundle(model, { weights, onReceived }).finally(download.stop);
  const noun = batchNoun(bundle.manifest.pipeline);
  const progress = batchProgress(noun);
  try {
    const result = await batch({
      ...options,
      bundle,
      source,
      format,
      timeoutSeconds: timeout,
      signal,
      windowing: windowing ?? undefined,
      onEvent: progress.show,
    });
    return { noun, result };
  } finally {
    progress.stop();
  }
}

function windowingOf({ window, stride }: Flags): Windowing | null {
  if (window !== undefined) return { windowSeconds: window, strideSeconds: stride ?? window };
  if (stride === undefined) return null;
  throw new UserError('usage', {
    problem: '--stride says where windows begin, but there are no windows.',
    fix: 'Give --window with a number of seconds, too.',
  });
}
