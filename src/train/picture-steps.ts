import type { FeatureSequence, FrameSequence } from '../inputs/batches.js';
import type { SequenceReader } from '../inputs/sequence-reader.js';
import { type Standardization, standardize } from '../network/standardize.js';
import { random } from '../random.js';
import { concatenate } from '../tensors/tensor.js';
import type { StepReader } from './step.js';

/**
 * Steps of distillation: pictures drawn from all timesteps and streams of each clip, each a sequence of one timestep,
 * and the teacher's standardized features of it as its targets.
 */
export function pictureSteps(options: {
  seed: number;
  /** Of each clip; all of a clip that has no more. */
  pictures: number;
  /** Epochs take so many views in turn. */
  views: number;
  student: SequenceReader<FrameSequence>;
  /** The features of the same pictures, in the same order. */
  teacher: SequenceReader<FeatureSequence>;
  standardization: Standardization;
}): StepReader {
  const { seed, views, student, teacher, standardization } = options;
  const width = standardization.mean.length;
  return async (examples, { epoch, epochsBefore, step }) => {
    const view = epoch % views;
    const both = await Promise.all(
      examples.map((example) => Promise.all([student(example, view), teacher(example, view)])),
    );
    const stream = random(seed, 'distil', epochsBefore, step);
    const sequences: FrameSequence[] = [];
    const targets: Float32Array[] = [];
    for (const [seen, wanted] of both) {
      const count = wanted.data.length / width;
      const pictureBytes = seen.data.length / count;
      for (const place of stream.shuffle([...Array(count).keys()]).slice(0, options.pictures)) {
        const data = seen.data.subarray(place * pictureBytes, (place + 1) * pictureBytes);
        sequences.push({ kind: 'frames', data, timesteps: 1 });
        targets.push(standardize(wanted.data.subarray(place * width, (place + 1) * width), standardization));
      }
    }
    return { sequences, targets: concatenate(targets) };
  };
}
