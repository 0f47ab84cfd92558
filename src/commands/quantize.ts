import { Command } from 'commander';
import colors from 'picocolors';
import { loadBundle } from '../bundle/bundle.js';
import { percent } from '../platform/percent.js';
import { type QuantizeResult, quantizeBundle } from '../workflows/quantize-bundle.js';
import { interruptible } from './interruptible.js';
import { trainingProgress } from './training-progress.js';

interface Flags {
  readonly data?: string;
  readonly out: string;
}

/** `clipstep quantize` */
export function quantizeCommand(): Command {
  return new Command('quantize')
    .description('make a smaller and faster model whose encoder computes in int8')
    .argument('<model>', 'folder of a trained model, or the name of one that ships, such as motion')
    .option(
      '-d, --data <path>',
      'the data it was trained on: a folder with a folder of clips for each class, or a manifest (CSV)',
    )
    .requiredOption('-o, --out <folder>', 'folder for the quantized model')
    .action(async (model: string, flags: Flags) => {
      const progress = trainingProgress();
      const result = await interruptible(async (signal) =>
        quantizeBundle(await loadBundle(model, { trainedFor: 'quantize' }), {
          ...flags,
          signal,
          onEvent: progress.show,
        }),
      ).finally(progress.stop);
      console.log(summary(result));
    });
}

function summary({ folder, frames, comparison }: QuantizeResult): string {
  const lines = [`${colors.bold('Model')} ${folder}; its encoder is in int8, from ${frames} frames`];
  if (!comparison) return [...lines, 'Not compared: the data has no readable test part.'].join('\n');
  const { float32, int8, agreement, probabilityDifference } = comparison;
  return [
    ...lines,
    `Accuracy on ${int8.examples} test examples: ${percent(int8.accuracy)}; in float32 ${percent(float32.accuracy)}.`,
    `Both models give ${percent(agreement)} the same class; their probabilities differ by ${probabilityDifference.mean.toFixed(3)} on average and ${probabilityDifference.largest.toFixed(3)} at most.`,
  ].join('\n');
}
