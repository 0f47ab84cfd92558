import type { Example } from '../datasets/dataset.js';
import type { Pipeline } from '../pipeline/schema.js';
import type { Prediction } from '../tasks/classification/predictions.js';
import { chooseHighlights, type Highlights } from './highlights.js';
import { readIllustration } from './illustration.js';
import type { Strip } from './strips.js';

/**
 * Reads what is shown of the worst errors and the best hits.
 *
 * @param options.examples where to find what was predicted, by the same ids.
 * @throws UserError `aborted`, and what is missing on this machine.
 */
export async function readStrips(options: {
  predictions: readonly Prediction[];
  examples: readonly Example[];
  pipeline: Pipeline;
  signal?: AbortSignal | undefined;
}): Promise<Highlights<Strip>> {
  const { predictions, examples, pipeline, signal } = options;
  const byId = new Map(examples.map((example) => [example.id, example]));
  const readAll = async (chosen: readonly Prediction[]) => {
    const strips: Strip[] = [];
    for (const prediction of chosen) {
      const example = byId.get(prediction.example.id);
      const reading = { input: pipeline.input, signal };
      strips.push({ prediction, shown: example ? await readIllustration(example, reading) : null });
    }
    return strips;
  };
  const { errors, hits } = chooseHighlights(predictions);
  return { errors: await readAll(errors), hits: await readAll(hits) };
}
