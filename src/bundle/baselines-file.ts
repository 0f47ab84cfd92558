import { join } from 'node:path';
import { linearNetworks } from '../network/networks.js';
import { recurrentParameters } from '../network/recurrent-parameters.js';
import { TRAINED_BASELINES, type TrainedBaseline } from '../tasks/classification/baselines.js';
import type { Bundle } from './bundle.js';
import { damaged } from './manifest.js';
import { unpackMembers } from './pack-members.js';
import { readTensorFile } from './tensor-file.js';

/**
 * The baselines that a model keeps; none where it keeps none. Only an evaluation needs them.
 * @throws UserError `bad_bundle` or `bad_weights` where their file is not as it was written.
 */
export async function loadBaselines({ folder, manifest, networks }: Bundle): Promise<TrainedBaseline[]> {
  if (!manifest.baselines) return [];
  const path = join(folder, manifest.baselines.file);
  const tensors = await readTensorFile(path, manifest.baselines);
  const expected = recurrentParameters(linearNetworks(networks).recurrent);
  return TRAINED_BASELINES.flatMap((name): TrainedBaseline[] => {
    const prefix = `${name}.`;
    const own = [...tensors].filter(([tensor]) => tensor.startsWith(prefix));
    if (own.length === 0) return [];
    const packed = new Map(own.map(([tensor, value]) => [tensor.slice(prefix.length), value]));
    const members = unpackMembers(packed, manifest.members);
    for (const member of members) {
      const unfit = expected.find(({ name, shape }) => member.get(name)?.shape.join() !== shape.join());
      if (unfit) throw damaged(path, `has no ${prefix}${unfit.name} of shape [${unfit.shape}]`);
    }
    return [{ name, members }];
  });
}
