import { dirname, join } from 'node:path';
import { readAdjustedPipeline } from '../../src/pipeline/adjust-pipeline.js';
import { shippedPath } from '../../src/platform/shipped.js';
import { measure } from '../../src/tasks/classification/metrics.js';
import { openTraining } from '../../src/train/open-training.js';
import { runStages } from '../../src/train/run-stages.js';
import { scoreNetwork } from '../../src/train/score.js';
import { sharedFolder } from '../support/shared.js';

/** A folder of shared/datasets. */
export function sharedDataset(name: string): string {
  if (!sharedFolder) throw new Error('The data is in the shared folder, which is not there');
  return join(sharedFolder, 'datasets', name);
}

/** Trains a pipeline that ships, with the pretrained encoder of the shared folder; figures of its test part. */
export async function trainAndScore(options: {
  pipeline: string;
  set: Readonly<Record<string, string>>;
  data: string;
  seed: number;
}) {
  const { set, data, seed } = options;
  const path = shippedPath('pipeline', options.pipeline);
  const weights = join(sharedFolder!, 'pretrained', 'mobilenet_v1_025_224');
  const pipeline = await readAdjustedPipeline({ pipeline: path, set, weights, seed, data });
  const opened = await openTraining({
    pipeline,
    pipelineFolder: dirname(path),
    data,
    checkpoints: null,
    onEvent: () => {},
  });
  const { members } = await runStages(opened);
  const { examples, logits } = await scoreNetwork(opened, members);
  const truth = examples.map(({ label }) => label);
  return { tested: truth.length, ...measure({ logits, truth, labels: opened.run.labels }) };
}
