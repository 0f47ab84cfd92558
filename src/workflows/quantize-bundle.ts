import { type Bundle, saveBundle } from '../bundle/bundle.js';
import { refuseOccupied } from '../bundle/model-folder.js';
import type { QuantizeEvent } from '../quantize/quantize-event.js';
import { type QuantizationSettings, type QuantizedModel, quantizeModel } from '../quantize/quantize-model.js';
import { quantizedModelCard } from '../report/quantized-model-card.js';

export interface QuantizeOptions extends Omit<QuantizationSettings, 'onEvent'> {
  /** Where the model goes. Nothing may stand there. */
  readonly out: string;
  readonly onEvent?: ((event: QuantizeEvent) => void) | undefined;
}

export interface QuantizeResult extends Omit<QuantizedModel, 'model'> {
  /** Folder of the quantized model. */
  readonly folder: string;
}

/**
 * Writes a model whose encoder computes in int8, see quantizeModel, with its model card.
 *
 * @throws UserError as quantizeModel, and `usage` when something stands at `out`.
 */
export async function quantizeBundle(bundle: Bundle, options: QuantizeOptions): Promise<QuantizeResult> {
  const { out, data, signal, onEvent = () => {} } = options;
  await refuseOccupied(out);
  const { model, frames, comparison } = await quantizeModel(bundle, { data, signal, onEvent });
  const card = quantizedModelCard({ bundle, out, data, frames, comparison });
  await saveBundle(out, { ...model, files: { 'README.md': card } });
  return { folder: out, frames, comparison };
}
