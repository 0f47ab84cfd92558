import { Command } from 'commander';
import colors from 'picocolors';
import { IMAGENET } from '../bundle/find-model.js';
import { type Manifest, readManifest } from '../bundle/manifest.js';
import { counted } from '../platform/counted.js';
import { shippedNames, shippedPath } from '../platform/shipped.js';
import { commandsOf } from './commands-by-task.js';
import { entry, firstSentences } from './listing.js';

/** Classes that are named; a model may know a thousand. */
const MOST_LABELS = 12;

/** `clipstep models` */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the models that ship and what each knows')
    .action(async () => {
      for (const name of await shippedNames('model')) {
        console.log(entry(name, await modelLines(await readManifest(shippedPath('model', name)))));
      }
      console.log(entry(IMAGENET, IMAGENET_LINES));
    });
}

const IMAGENET_LINES = [
  "Says what things frames show: ImageNet's 1000 classes, such as animals, vehicles and household things.",
  'A pretrained MobileNet that answers frame by frame; it is fetched once, or read with --weights. For classify and batch.',
];

async function modelLines({ pipeline, labels, test }: Manifest): Promise<string[]> {
  return [
    ...firstSentences(pipeline.description),
    ...(labels.length > 0 ? [`${counted(labels.length, 'class', 'classes')}: ${labelsText(labels)}`] : []),
    // What a model of this task keeps.
    ...(test ? [(await commandsOf(pipeline)).testLine(test as never)] : []),
  ];
}

/** The classes of a model by name, or the first of them where they are many. */
export function labelsText(labels: readonly string[]): string {
  const rest = labels.length - MOST_LABELS;
  return labels.slice(0, MOST_LABELS).join(', ') + (rest > 0 ? colors.dim(` and ${rest} more`) : '');
}
