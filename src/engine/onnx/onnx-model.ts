import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Attribute, Constant, DataType, Graph, Node, Value } from './graph.js';

/** Operator set 22 came with IR version 10: https://github.com/onnx/onnx/blob/main/docs/Versioning.md */
const OPERATOR_SET = 22;
const IR_VERSION = 10;

/** What a model says of itself. */
export interface ModelProperties {
  /** For people. */
  readonly description: string;
  /** For programs, by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A graph as the bytes of an ONNX model. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; each function below names its message there.
 */
export function encodeModel(
  graph: Graph,
  { description, metadata }: ModelProperties = NOTHING_SAID,
): Uint8Array {
  const start = encoded((writer) => {
    integer(writer, 1, IR_VERSION);
    text(writer, 2, 'clipstep');
    if (description !== '') text(writer, 6, description);
    message(writer, 8, () => integer(writer, 2, OPERATOR_SET));
    if (hasOwnDomain(graph)) {
      message(writer, 8, () => {
        text(writer, 1, 'com.microsoft.nchwc');
        integer(writer, 2, 1);
      });
    }
    for (const [key, value] of Object.entries(metadata)) {
      message(writer, 14, () => {
        text(writer, 1, key);
        text(writer, 2, value);
      });
    }
  });
  const structure = encoded((writer) => writeStructure(writer, graph));
  return Buffer.concat([start, ...within(7, [structure, ...graph.constants.flatMap(tensorParts)])]);
}

const hasOwnDomain = (graph: Graph): boolean =>
  graph.nodes.some(
    ({ domain, attributes }) =>
      domain !== '' ||
      Object.values(attributes).some((each) => each.kind === 'graph' && hasOwnDomain(each.value)),
  );

const NOTHING_SAID: ModelProperties = { description: '', metadata: {} };

/**
 * A constant of a GraphProto. Its values, up to megabytes, are a part of their own: a writer would move them whenever
 * a message around them ends.
 */
function tensorParts(constant: Constant): Uint8Array[] {
  const values = bytesOf(constant);
  const start = encoded((writer) => {
    writeTensorType(writer, constant);
    writer.tag(9, WireType.LengthDelimited).uint32(values.length);
  });
  return within(5, [start, values]);
}

/** The parts of a message as those of a field. */
function within(field: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [encoded((writer) => writer.tag(field, WireType.LengthDelimited).uint32(length)), ...parts];
}

function encoded(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** TensorProto.DataType */
const DATA_TYPES: Record<DataType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };

/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPES: Record<Attribute['kind'], number> = {
  integer: 2,
  dtype: 2,
  text: 3,
  graph: 5,
  integers: 7,
  number: 1,
  numbers: 6,
};

/** GraphProto */
function writeGraph(writer: BinaryWriter, graph: Graph): void {
  writeStructure(writer, graph);
  for (const constant of graph.constants) message(writer, 5, () => writeTensor(writer, constant));
}

/** GraphProto without its constants. */
function writeStructure(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, graph.name);
  for (const value of graph.inputs) message(writer, 11, () => writeValueInfo(writer, value));
  for (const value of graph.outputs) message(writer, 12, () => writeValueInfo(writer, value));
}

/** NodeProto. An optional input that is left out has an empty name. */
function writeNode(writer: BinaryWriter, node: Node): void {
  for (const value of node.inputs) text(writer, 1, value?.name ?? '');
  for (const value of node.outputs) text(writer, 2, value.name);
  text(writer, 3, node.outputs[0]!.name);
  text(writer, 4, node.operator);
  text(writer, 7, node.domain);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, attribute));
  }
}

/** AttributeProto */
function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  text(writer, 1, name);
  switch (attribute.kind) {
    case 'integer':
      integer(writer, 3, attribute.value);
      break;
    case 'dtype':
      integer(writer, 3, DATA_TYPES[attribute.value]);
      break;
    case 'text':
      text(writer, 4, attribute.value);
      break;
    case 'number':
      writer.tag(2, WireType.Bit32).float(attribute.value);
      break;
    case 'numbers':
      for (const value of attribute.value) writer.tag(7, WireType.Bit32).float(value);
      break;
    case 'graph':
      message(writer, 6, () => writeGraph(writer, attribute.value));
      break;
    case 'integers':
      for (const value of attribute.value) integer(writer, 8, value);
      break;
  }
  integer(writer, 20, ATTRIBUTE_TYPES[attribute.kind]);
}

/** TensorProto */
function writeTensor(writer: BinaryWriter, constant: Constant): void {
  writeTensorType(writer, constant);
  writer.tag(9, WireType.LengthDelimited).bytes(bytesOf(constant));
}

/** TensorProto without its values. */
function writeTensorType(writer: BinaryWriter, { value }: Constant): void {
  for (const size of value.shape) integer(writer, 1, Number(size));
  integer(writer, 2, DATA_TYPES[value.dtype]);
  text(writer, 8, value.name);
}

/** Raw data are little-endian, as are the arrays of every machine that onnxruntime-node supports. */
const bytesOf = ({ data }: Constant) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** ValueInfoProto, around a TypeProto, around a TypeProto.Tensor. */
function writeValueInfo(writer: BinaryWriter, value: Value): void {
  text(writer, 1, value.name);
  message(writer, 2, () => {
    message(writer, 1, () => {
      integer(writer, 1, DATA_TYPES[value.dtype]);
      message(writer, 2, () => writeShape(writer, value));
    });
  });
}

/** TensorShapeProto */
function writeShape(writer: BinaryWriter, { shape }: Value): void {
  for (const dimension of shape) {
    message(writer, 1, () => {
      if (typeof dimension === 'number') integer(writer, 1, dimension);
      else text(writer, 2, dimension);
    });
  }
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, writeContent: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  writeContent();
  writer.join();
}
