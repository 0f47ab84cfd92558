import type { Sampling } from '../../media/frame-schema.js';
import { counted } from '../../platform/counted.js';
import type { FramesInput } from './frames-schema.js';

/** What a model card says of frames. */
export function describeFrames({ sampling, preprocessing, encoder, streams }: FramesInput): string {
  const origin =
    encoder.weights === 'scratch' ? 'trained from scratch' : `pretrained weights: ${encoder.weights}`;
  return `- Input: ${samplingWords(sampling)}, ${preprocessing.size} x ${preprocessing.size} pixels (${preprocessing.fit}, ${preprocessing.kernel}).
- Streams: ${streams.map(({ kind }) => kind).join(', ')}.
- Encoder: ${encoder.architecture}, alpha ${encoder.alpha}, ${encoder.pooling.kind} pooling, ${origin}.`;
}

function samplingWords(sampling: Sampling): string {
  switch (sampling.kind) {
    case 'uniform':
      return `${counted(sampling.frames, 'frame')} at the centres of equal spans`;
    case 'segments':
      return `${counted(sampling.frames, 'frame')}, one of each of equal spans`;
    case 'fps':
      return `${sampling.framesPerSecond} frames a second, at most ${sampling.maxFrames}`;
    case 'keyframes':
      return `keyframes, at most ${sampling.maxFrames}`;
  }
}
