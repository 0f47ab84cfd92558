import type { Pipeline } from '../pipeline/schema.js';

type Layers = Pick<Pipeline['recurrent'], 'layers' | 'bidirectional' | 'cell' | 'units'>;

/** Such as "2 x bidirectional lstm of 128 units". */
export function layersWords({ layers, bidirectional, cell, units }: Layers): string {
  if (layers === 0) return 'none';
  return `${layers} x ${bidirectional ? 'bidirectional ' : ''}${cell} of ${units} units`;
}
