import type { Bundle } from '../bundle/bundle.js';
import type { ClipModel } from '../engine/onnx/clip-graph.js';
import { UserError } from '../errors.js';
import { READOUT_LAYOUTS } from '../network/readouts.js';

/** What clipGraph makes a graph of. The bundle's model reads frames. */
export function clipModelOf({ folder, manifest, networks, members }: Bundle): ClipModel {
  const { encoder } = networks;
  const { input } = manifest.pipeline;
  if (!encoder || input.kind !== 'frames') throw new Error(`${folder} reads no frames`);
  return { networks: { ...networks, encoder }, members, temperature: manifest.temperature, input };
}

/** What of a model no graph of ours computes; null where all is. */
export function obstacleToGraph({ networks }: Bundle): string | null {
  const { upper, readout } = networks.recurrent;
  return upper || READOUT_LAYOUTS[readout].cutsSegments
    ? 'its network reads segments, whose places in a clip are found before it runs'
    : null;
}

/** @param kind what it cannot be, such as `one ONNX file`. */
export function cannotBe(
  kind: string,
  { folder, obstacle }: { folder: string; obstacle: string },
): UserError {
  return new UserError('usage', {
    problem: `${folder} cannot be ${kind}: ${obstacle}.`,
    fix: 'Use it with Clipstep, as a command or as a library, or train a model without that.',
  });
}
