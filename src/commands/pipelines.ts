import { Command } from 'commander';
import { framesOf } from '../inputs/input-kinds.js';
import { readPipeline } from '../pipeline/pipeline-file.js';
import type { Pipeline } from '../pipeline/schema.js';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import { entry, firstSentences } from './listing.js';

/** `clipstep pipelines` */
export function pipelinesCommand(): Command {
  return new Command('pipelines')
    .description('list the pipelines that ship and what each makes')
    .action(async () => {
      for (const name of await shippedNames('pipeline')) {
        const path = shippedPath('pipeline', name);
        console.log(entry(name, [...pipelineLines(await readPipeline(path)), path]));
      }
    });
}

function pipelineLines({ description, input, recurrent }: Pipeline): string[] {
  const encoder = framesOf(input)?.encoder;
  const { layers, cell, units, readout } = recurrent;
  const network = layers === 0 ? `${readout} over time` : `${cell} of ${units} units, readout ${readout}`;
  const reads = encoder ? `${encoder.architecture} ${encoder.alpha}, weights: ${encoder.weights}; ` : '';
  return [...firstSentences(description), reads + network];
}
