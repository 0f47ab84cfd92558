import type { Contradiction } from '../inputs/input-kind.js';
import { READOUT_LAYOUTS } from './readouts.js';
import type { RecurrentSettings } from './recurrent-schema.js';

/** Settings of a pipeline's recurrent network that are sound by themselves but not together. */
export function recurrentContradictions(recurrent: RecurrentSettings): Contradiction[] {
  const { layers, readout, segment, upper, softmax, tied, source } = recurrent;
  const found: Contradiction[] = [];
  const at = (message: string, ...path: string[]) => found.push({ path: ['recurrent', ...path], message });
  const { needsLayers, cutsSegments, everyTimestep } = READOUT_LAYOUTS[readout];
  if (layers === 0 && needsLayers) {
    at(
      'must be another, such as mean or attention, when recurrent.layers is 0: without order, no timestep is the last',
      'readout',
    );
  }
  if (segment !== undefined && !cutsSegments && !upper) {
    at(
      'must be left out where recurrent.readout is not hierarchical and there is no recurrent.upper: nothing else has segments',
      'segment',
    );
  }
  if (upper && layers === 0) at('must be 1 or more below recurrent.upper', 'layers');
  if (upper && cutsSegments) {
    at('must be another, such as attention, below recurrent.upper, which has segments itself', 'readout');
  }
  if (!everyTimestep) {
    const message = 'must be left out where recurrent.readout is not every: it is for answers of timesteps';
    if (softmax) at(message, 'softmax');
    if (tied) at(message, 'tied');
    if (source) at(message, 'source');
  }
  if (tied && softmax?.kind === 'adaptive') {
    at(
      'must be left out when recurrent.softmax is adaptive, whose table is another than the embedding',
      'tied',
    );
  }
  return found;
}
