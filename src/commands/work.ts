import { Command } from 'commander';
import colors from 'picocolors';
import { collectRarely } from '../platform/collect-rarely.js';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import { work } from '../queue/work.js';
import { numberWithin, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { openPrediction, type PredictionFlags, withPredictionOptions } from './prediction-options.js';
import { type JobFlags, nameOption, queueOption } from './queue-options.js';
import { workProgress } from './work-progress.js';

interface Flags extends JobFlags, PredictionFlags {
  readonly out: string;
  readonly lock: number;
  readonly giveUpAfter: number;
}

/** Finished, but some clips failed; as of a batch. */
const EXIT_WITH_FAILURES = 3;

/** `clipstep work` */
export function workCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('work')
    .description('classify clips of a queue until none is left; start as many as you like, on any machines')
    .addOption(queueOption())
    .addOption(nameOption())
    .requiredOption('-o, --out <folder>', 'folder for the parts of all workers; each writes its own')
    .option(
      '--lock <seconds>',
      'after so long without a sign of its worker, clips go to another one',
      numberWithin(1, 3600),
      30,
    )
    .option('--give-up-after <count>', 'times that a clip may end its worker', wholeNumber(1), 2);
  return withPredictionOptions(command).action(async (flags: Flags) => {
    const { queue, name, out, lock: lockSeconds, giveUpAfter: mostDeaths } = flags;
    collectRarely();
    const prediction = await openPrediction(flags);
    const onProgress = workProgress();
    const { part, rows, failed } = await interruptible((signal) =>
      work({ ...prediction, queue, name, out, lockSeconds, mostDeaths, signal, onProgress }),
    );
    const failures = failed > 0 ? `, ${colors.red(`${failed} failed`)}` : '';
    console.log(`${colors.bold(printable(part))}: ${counted(rows, 'row')}${failures}`);
    if (failed > 0) finish(EXIT_WITH_FAILURES);
  });
}
