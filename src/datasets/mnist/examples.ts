import type { Dataset, Example } from '../dataset.js';
import { DIGIT_CLASSES, IMAGE_SIDE, type LabelledImages } from './labelled-images.js';
import type { MnistDataset } from './open-mnist.js';

const LABELS = Array.from({ length: DIGIT_CLASSES }, (_, digit) => String(digit));

/** The images as a dataset of examples that hold their pictures, split as the files are. */
export function mnistExamples({ kind, source, train, test }: MnistDataset): Dataset {
  const examplesOf = (part: 'train' | 'test', { images, labels }: LabelledImages): Example[] =>
    Array.from(labels, (label, index) => {
      const id = `${kind}/${part}/${index}`;
      const image = images.subarray(index * IMAGE_SIDE ** 2, (index + 1) * IMAGE_SIDE ** 2);
      return { id, path: `${source} (${part} image ${index})`, label, group: id, split: part, image };
    });
  const examples = [...examplesOf('train', train), ...examplesOf('test', test)];
  return { labels: LABELS, examples, skipped: [] };
}
