import { type MobileNet, mobileNetBlocks } from '../encoder/mobilenet.js';
import type { TrainerOptions } from './engine.js';

/** What the parts of an update are multiplied with for a parameter; the learning rate of its block is in all of them. */
export interface UpdateFactors {
  readonly rate: number;
  readonly decay: number;
  readonly pull: number;
}

/** By the name of a trained parameter. See TrainerOptions. */
export function updateFactors({
  encoder,
  optimizer: { pull = 0 },
}: Pick<TrainerOptions, 'encoder' | 'optimizer'>): (parameter: string) => UpdateFactors {
  const rates = encoder ? ratesOfLayers(encoder) : new Map<string, number>();
  return (parameter) => {
    const ofEncoder = rates.get(parameter.slice(0, parameter.lastIndexOf('.')));
    const isPulled = ofEncoder !== undefined && pull > 0;
    const decays = !isPulled && !/\.(bias|scale)$/.test(parameter);
    const rate = ofEncoder ?? 1;
    return { rate, decay: decays ? rate : 0, pull: isPulled ? rate : 0 };
  };
}

function ratesOfLayers({ network, layerDecay = 1 }: { network: MobileNet; layerDecay?: number | undefined }) {
  const blocks = mobileNetBlocks(network);
  return new Map(
    blocks.flatMap(({ layers }, index) =>
      layers.map(({ name }) => [name, layerDecay ** (blocks.length - index)] as const),
    ),
  );
}
