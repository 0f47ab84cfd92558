// How far a clip is from what a model was trained on.
import { SCENE_STATISTICS } from '../../media/scene-statistics.js';
import { type Distance, openDistance } from '../../tasks/classification/known-distance.js';
import type { KnownTensor } from '../web-model.js';

/**
 * The mean of all members' distances, as engine/members.ts has it.
 *
 * @param valuesOf an output of the network.
 * @param scenes of the clip's frames, float32 [frames, SCENE_STATISTICS].
 */
export type MeasureDistance = (valuesOf: (name: string) => Float32Array, scenes: Float32Array) => number;

/** @param text the members' tensors, see WebKnown. */
export function openKnown(text: string): MeasureDistance {
  const members: KnownTensor[][] = JSON.parse(text);
  const distances = members.map(openMember);
  return (valuesOf, scenes) => {
    const scene = overTime(scenes);
    const total = distances.reduce((sum, distance, member) => {
      const [readout, statistics] = [valuesOf(`readout_${member}`), valuesOf(`statistics_${member}`)];
      return sum + distance({ readout, statistics, scene });
    }, 0);
    return total / distances.length;
  };
}

function openMember(tensors: readonly KnownTensor[]): Distance {
  const weights = new Map(
    tensors.map(({ name, shape, values }) => [name, { shape, data: Float32Array.from(values) }]),
  );
  return openDistance(weights, weights.get('known.readouts')!.shape[1]!)!; // as web-folder.ts has made sure
}

function overTime(scenes: Float32Array): Float32Array {
  const mean = new Float32Array(SCENE_STATISTICS);
  const frames = scenes.length / SCENE_STATISTICS;
  for (const [at, value] of scenes.entries()) mean[at % SCENE_STATISTICS]! += value / frames;
  return mean;
}
