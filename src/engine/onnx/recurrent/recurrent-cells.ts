import type { Cell } from '../../../network/cells.js';
import type { OnnxCell } from './cell.js';
import { gruCell } from './gru-cell.js';
import { lstmCell } from './lstm-cell.js';

const ONNX_CELLS: { readonly [C in Cell]: OnnxCell<C> } = { lstm: lstmCell, gru: gruCell };

export const onnxCell = (cell: Cell): OnnxCell => ONNX_CELLS[cell];
