import { featureCount, featuresAlone, type MobileNet, statisticsCount } from '../../encoder/mobilenet.js';
import type { FramesInput, Stream } from '../../inputs/video/frames-schema.js';
import type { Networks } from '../../network/networks.js';
import type { Weights } from '../../tensors/tensor.js';
import { distinctEncoders, encoderOf } from '../feature-places.js';
import { type Embedded, embed } from './embed.js';
import { encoderGraph } from './encoder-graph.js';
import { addNode, constant, createGraph, type Graph, input, output, type Value } from './graph.js';
import { int8EncoderGraph } from './int8-encoder-graph.js';
import { add, cast, clip, logarithm, multiply, scalar, subtract } from './ops/elementwise.js';
import { softmax } from './ops/matrix.js';
import { reduce } from './ops/reduce.js';
import { int64, reshapeTo, rowCount } from './ops/rows.js';
import { concatenate, reshape, split } from './ops/shape.js';
import { classifierGraph } from './prediction-graph.js';
import { framesInput, resizeFrames } from './resize-frames.js';

/** A model that says of a clip's frames what the clip shows. */
export interface ClipModel {
  readonly networks: Networks & { readonly encoder: MobileNet };
  readonly members: readonly Weights[];
  readonly temperature: number;
  readonly input: FramesInput;
}

/**
 * All of a model in one graph. Input `frames` uint8 [frames, height, width, 3], RGB, one after the other in time, and,
 * where a stream is the difference to a later frame, `partners`, those later ones, likewise. A stream of optical flow,
 * which no operator finds, is an input by the stream's number, such as `flow_0`: uint8 [frames, size, size, 3], see
 * media/flow-image.ts. Output `probabilities` float32 [classes].
 *
 * @param options.shows whether it also gives what shows of the clip to each member, see known-distance.ts: float32
 *   `readout_<member>` [1, readoutWidth] and `statistics_<member>` [1, pictures that it reads x statisticsCount].
 *
 * Of networks of one level that classifierGraph feeds with no segments.
 */
export function clipGraph(
  { networks, members, temperature, input: settings }: ClipModel,
  { shows = false }: { shows?: boolean } = {},
): Graph {
  const graph = createGraph('clip');
  const pictures = picturesOf(graph, settings);
  const encoder = shows ? networks.encoder : featuresAlone(networks.encoder);
  const encoders = distinctEncoders(networks.encoder, members).map((weights, index) => {
    const build = encoder.precision === 'int8' ? int8EncoderGraph : encoderGraph;
    const part = embed(build(encoder, weights), { into: graph, as: `encoder_${index}` });
    return pictures.map((frames) => encodedOf(part({ frames }).features!, encoder));
  });
  const distinct = distinctEncoders(networks.encoder, members);
  const logits = members.map((weights, index) => {
    const own = encoders[distinct.indexOf(members[encoderOf(networks.encoder, members, index)]!)]!;
    const read = networks.apart === 1 ? own : [own[index % networks.apart]!];
    const part = embed(classifierGraph(networks.recurrent, weights), { into: graph, as: `network_${index}` });
    const features = read.map((encoded) => encoded.features);
    const { logits, readout } = part(sequenceInputs(joined(features, featureCount(encoder))));
    if (shows) {
      output(`readout_${index}`, readout!);
      output(`statistics_${index}`, meanOf(read.flatMap(({ statistics }) => statistics ?? [])));
    }
    return logits!;
  });
  const combined = multiply(logOfMean(logits), scalar(logits[0]!, 1 / temperature));
  output('probabilities', reshape(softmax(combined), [networks.recurrent.classes]));
  return graph;
}

/** What the encoder reads, by stream: uint8 [frames, size, size, 3]. */
function picturesOf(graph: Graph, { streams, preprocessing }: FramesInput): Value[] {
  const { size } = preprocessing;
  const declare = (name: string) => resizeFrames(framesInput(graph, name), preprocessing);
  // Each is declared where a stream reads it.
  const kinds = new Set(streams.map(({ kind }) => kind));
  const frames = kinds.has('frames') || kinds.has('difference') ? declare('frames') : null;
  const partners = kinds.has('difference') ? declare('partners') : null;
  const pictureOf = (stream: Stream, index: number): Value => {
    switch (stream.kind) {
      case 'frames':
        return frames!;
      case 'difference':
        return differenceOf(frames!, partners!, stream.gain);
      case 'flow':
        return input(graph, { name: `flow_${index}`, dtype: 'uint8', shape: ['frames', size, size, 3] });
    }
  };
  return streams.map(pictureOf);
}

function differenceOf(frames: Value, partners: Value, gain: number): Value {
  const change = subtract(cast(partners, 'float32'), cast(frames, 'float32'));
  const size = addNode('Abs', { inputs: [change], outputs: [change] })[0]!;
  // As Math.round does it: halves go up.
  const raised = add(multiply(size, scalar(size, gain)), scalar(size, 0.5));
  const rounded = addNode('Floor', { inputs: [raised], outputs: [raised] })[0]!;
  return cast(clip(rounded, 0, 255), 'uint8');
}

/** What an encoder gives of the pictures of one stream. */
interface Encoded {
  /** float32 [frames, featureCount]. */
  readonly features: Value;
  /** float32 [frames, statisticsCount]; absent where the encoder gives none. */
  readonly statistics?: Value | undefined;
}

function encodedOf(given: Value, encoder: MobileNet): Encoded {
  if (!encoder.hasStatistics) return { features: given };
  const [features, statistics] = split(given, 1, [featureCount(encoder), statisticsCount(encoder)]);
  return { features: features!, statistics };
}

/** Over time, of all streams beside each other. */
function meanOf([first, ...others]: readonly Value[]): Value {
  return reduce('ReduceMean', concatenate([first!, ...others], 1), [0]);
}

/** The features of each stream beside those of the others, as a batch of one sequence: [1, frames, width]. */
function joined(features: readonly Value[], width: number): Value {
  const [first, ...others] = features;
  const rows = others.length === 0 ? first! : concatenate([first!, ...others], 1);
  const total = features.length * width;
  const sizes = constant(rows.graph, { shape: [3], data: BigInt64Array.of(1n, -1n, BigInt(total)) });
  return reshapeTo(rows, sizes, [1, 'frames', total]);
}

/** What a network reads beside its features, of one sequence whose timesteps all count; see network-inputs.ts. */
function sequenceInputs(features: Value): Parameters<Embedded>[0] {
  const [count] = addNode('Shape', {
    inputs: [features],
    outputs: [{ dtype: 'int64', shape: [1] }],
    attributes: { start: { kind: 'integer', value: 1 }, end: { kind: 'integer', value: 2 } },
  });
  // Each is made where the network reads it.
  return {
    features,
    get lengths() {
      return cast(count!, 'int32');
    },
    get last_places() {
      const last = addNode('Sub', { inputs: [count!, int64(features, 1)], outputs: [count!] })[0]!;
      return cast(reshape(concatenate([last, int64(features, 0)], 0), [1, 2]), 'int32');
    },
    get penalty() {
      const sizes = concatenate([rowCount(features), count!], 0);
      return addNode('ConstantOfShape', {
        inputs: [sizes],
        outputs: [{ dtype: 'float32', shape: [1, 'frames'] }],
      })[0]!;
    },
  };
}

/** As members.ts combines a model's members: of one, its logits as they are. */
function logOfMean(logits: readonly Value[]): Value {
  const [first, ...others] = logits;
  if (others.length === 0) return first!;
  const probabilities = logits.map((each) => softmax(each));
  const total = probabilities.reduce((sum, each) => add(sum, each));
  return logarithm(multiply(total, scalar(total, 1 / logits.length)));
}
