import { kernelShape, type MobileNet, mobileNetBlocks } from '../../../encoder/mobilenet.js';
import { GATES, type RecurrentNetwork, recurrentParameters } from '../../../network/recurrent.js';
import { elementCount, type ParameterSpec, requireTensor, type Weights } from '../../../tensors/tensor.js';

/**
 * All that is trained lies in one flat array, so that clipping and the optimizer are a few ops over one
 * vector whatever the network. A graph cuts it into pieces: whole parameters, or each gate's part of a
 * recurrent one, which is a matrix of its own there.
 */
export interface Piece {
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameter that it is part of, and the rows of values that it takes from there. */
  readonly parameter: ParameterSpec;
  readonly firstValue: number;
  readonly rowLength: number;
  readonly rowStride: number;
}

/** A recurrent parameter `<name>` comes in pieces `<name>.<gate>`, GRU biases in `<name>.<gate>.<row>`. */
export function recurrentPieces(network: RecurrentNetwork): Piece[] {
  return recurrentParameters(network).flatMap((parameter) => {
    if (!parameter.name.startsWith('recurrent.')) return [wholePiece(parameter)];
    return GATES[network.cell].flatMap((gate, index) => gatePieces(network, parameter, { gate, index }));
  });
}

/** Those of the encoder's blocks from `fromBlock` on. */
export function encoderPieces(network: MobileNet, fromBlock: number): Piece[] {
  const layers = mobileNetBlocks(network)
    .slice(fromBlock)
    .flatMap((block) => block.layers);
  return layers.flatMap((layer) => [
    wholePiece({ name: `${layer.name}.kernel`, shape: kernelShape(layer) }),
    wholePiece({ name: `${layer.name}.bias`, shape: [layer.outputs] }),
  ]);
}

export const pieceElements = (pieces: readonly Piece[]): number =>
  pieces.reduce((total, { shape }) => total + elementCount(shape), 0);

/** The pieces' values in one array, one piece behind the other. */
export function pack(pieces: readonly Piece[], weights: Weights): Float32Array {
  const flat = new Float32Array(pieceElements(pieces));
  forEachRow(pieces, ({ piece, inFlat, inParameter }) => {
    const { data } = requireTensor(weights, piece.parameter.name, piece.parameter.shape);
    flat.set(data.subarray(inParameter, inParameter + piece.rowLength), inFlat);
  });
  return flat;
}

/** The reverse: parameters by name, in new arrays. */
export function unpack(pieces: readonly Piece[], flat: Float32Array): Weights {
  const weights = new Map(
    pieces.map(({ parameter: { name, shape } }) => [
      name,
      { shape, data: new Float32Array(elementCount(shape)) },
    ]),
  );
  forEachRow(pieces, ({ piece, inFlat, inParameter }) => {
    const { data } = requireTensor(weights, piece.parameter.name);
    data.set(flat.subarray(inFlat, inFlat + piece.rowLength), inParameter);
  });
  return weights;
}

/** float32 [elements]: 1 where weight decay applies, 0 at biases. */
export function decayMask(pieces: readonly Piece[]): Float32Array {
  const mask = new Float32Array(pieceElements(pieces));
  forEachRow(pieces, ({ piece, inFlat }) => {
    if (!piece.parameter.name.endsWith('.bias')) mask.fill(1, inFlat, inFlat + piece.rowLength);
  });
  return mask;
}

function forEachRow(
  pieces: readonly Piece[],
  visit: (row: { piece: Piece; inFlat: number; inParameter: number }) => void,
): void {
  let inFlat = 0;
  for (const piece of pieces) {
    const rows = elementCount(piece.shape) / piece.rowLength;
    for (let row = 0; row < rows; row++) {
      visit({ piece, inFlat, inParameter: piece.firstValue + row * piece.rowStride });
      inFlat += piece.rowLength;
    }
  }
}

function wholePiece(parameter: ParameterSpec): Piece {
  const { name, shape } = parameter;
  const length = elementCount(shape);
  return { name, shape, parameter, firstValue: 0, rowLength: length, rowStride: length };
}

/** One gate's columns: of a kernel all rows together, of a GRU's bias each row on its own. */
function gatePieces(
  { units }: RecurrentNetwork,
  parameter: ParameterSpec,
  { gate, index }: { gate: string; index: number },
): Piece[] {
  const rowStride = parameter.shape.at(-1)!;
  const shared = { parameter, rowLength: units, rowStride };
  const name = `${parameter.name}.${gate}`;
  const firstValue = index * units;
  const [rows, columns] = parameter.shape as readonly [number, number?];
  if (columns === undefined) return [{ ...shared, name, shape: [units], firstValue }];
  if (!parameter.name.endsWith('.bias')) return [{ ...shared, name, shape: [rows, units], firstValue }];
  return ['input', 'recurrent'].map((row, rowIndex) => ({
    ...shared,
    name: `${name}.${row}`,
    shape: [units],
    firstValue: firstValue + rowIndex * rowStride,
  }));
}
