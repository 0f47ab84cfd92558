import type { TrainedBaseline } from '../tasks/classification/baselines.js';
import type { Weights } from '../tensors/tensor.js';
import { packMembers } from './pack-members.js';

/** Tensors of baselines.safetensors: as packMembers names them, after the name of the baseline and a dot. */
export function packBaselines(baselines: readonly TrainedBaseline[]): Weights {
  return new Map(
    baselines.flatMap(({ name, members }) =>
      [...packMembers(members)].map(([tensor, value]) => [`${name}.${tensor}`, value] as const),
    ),
  );
}
