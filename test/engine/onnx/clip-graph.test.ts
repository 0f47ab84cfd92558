import { beforeAll, expect, it } from 'vitest';
import { initializeMobileNet } from '../../../src/encoder/initialize-encoder.js';
import type { MobileNet } from '../../../src/encoder/mobilenet.js';
import type { Engine } from '../../../src/engine/engine.js';
import { placesOfMembers } from '../../../src/engine/feature-places.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../../src/engine/members.js';
import { type ClipModel, clipGraph } from '../../../src/engine/onnx/clip-graph.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { encodeModel } from '../../../src/engine/onnx/onnx-model.js';
import { shownOf } from '../../../src/engine/shown.js';
import { collate } from '../../../src/inputs/batches.js';
import type { FramesInput, Stream } from '../../../src/inputs/video/frames-schema.js';
import type { FrameRun } from '../../../src/inputs/video/stream-pictures.js';
import { initializeRecurrent } from '../../../src/network/initialize-network.js';
import { inInt8, networksOf } from '../../../src/network/networks.js';
import type { RecurrentSettings } from '../../../src/network/recurrent-schema.js';
import { random } from '../../../src/random.js';
import { softmax } from '../../../src/tasks/classification/metrics.js';
import { largest } from '../../../src/tensors/largest.js';
import { tinyPipeline } from '../../support/tiny-bundle.js';

const runtime = await import('onnxruntime-node');
let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxEngine({ threads: 1 });
});

const [FRAMES, SIZE, CLASSES] = [5, 96, 3];

function randomFrames(seed: number): Uint8Array {
  const stream = random(seed, 'frames');
  return Uint8Array.from({ length: FRAMES * SIZE * SIZE * 3 }, () => stream.integer(0, 256));
}

interface Changes {
  readonly streams?: readonly Stream[];
  readonly fusion?: FramesInput['fusion'];
  readonly recurrent?: Partial<RecurrentSettings>;
  /** A member for each, with an encoder of its own where they differ. */
  readonly encoders?: readonly number[];
}

function model({ streams, fusion, recurrent, encoders = [1] }: Changes): ClipModel {
  const tiny = tinyPipeline.input as FramesInput;
  const input: FramesInput = {
    ...tiny,
    streams: [...(streams ?? tiny.streams)],
    fusion: fusion ?? tiny.fusion,
    gap: { kind: 'frames', frames: 1 },
  };
  const settings = { ...tinyPipeline.recurrent, ...recurrent };
  const networks = networksOf({ input, recurrent: settings }, { classes: CLASSES });
  const encoder = networks.encoder!;
  const members = encoders.map(
    (seed, index) =>
      new Map([...initializeMobileNet(encoder, seed), ...initializeRecurrent(networks.recurrent, index + 1)]),
  );
  return { networks: { ...networks, encoder }, members, temperature: 1.7, input };
}

/** What is said of a clip, and what shows of it to each member. */
interface Said {
  readonly probabilities: readonly number[];
  readonly readouts: readonly Float32Array[];
  readonly statistics: readonly Float32Array[];
}

/** As predictions are made: encoder and network in a session each. */
async function predicted({ networks, members, temperature, input }: ClipModel, run: FrameRun): Promise<Said> {
  const encoder = await loadEncoders(engine, { networks, members });
  const data = await encodeTimesteps(encoder, { frames: run, input });
  await encoder.release();
  const classifier = await loadClassifiers(engine, { networks, members, temperature });
  const sequence = { kind: 'features', data, timesteps: FRAMES } as const;
  const batch = collate([sequence]);
  const { logits, readout } = await classifier.classify(batch);
  await classifier.release();
  const width = readout.length / members.length;
  const shown = placesOfMembers(networks, members).map((place, member) =>
    shownOf(batch, { readout: readout.subarray(member * width, (member + 1) * width), place }),
  );
  return {
    probabilities: softmax(logits),
    readouts: shown.map(([clip]) => clip!.readout),
    statistics: shown.map(([clip]) => clip!.statistics!),
  };
}

async function exported(clip: ClipModel, { pixels, partners }: FrameRun): Promise<Said> {
  const session = await runtime.InferenceSession.create(encodeModel(clipGraph(clip, { shows: true })));
  const tensor = (data: Uint8Array) => new runtime.Tensor('uint8', data, [FRAMES, SIZE, SIZE, 3]);
  const outputs = await session.run({
    frames: tensor(pixels),
    ...(partners && { partners: tensor(partners) }),
  });
  await session.release();
  const valuesOf = (name: string) => outputs[name]!.data as Float32Array;
  return {
    probabilities: [...valuesOf('probabilities')],
    readouts: clip.members.map((_, member) => valuesOf(`readout_${member}`)),
    statistics: clip.members.map((_, member) => valuesOf(`statistics_${member}`)),
  };
}

async function expectParity(clip: ClipModel): Promise<void> {
  const isCompared = clip.input.streams.some(({ kind }) => kind !== 'frames');
  const run = { pixels: randomFrames(1), partners: isCompared ? randomFrames(2) : undefined };
  const [ours, theirs] = [await exported(clip, run), await predicted(clip, run)];
  expect(ours.probabilities).toHaveLength(CLASSES);
  expectClose(ours.probabilities, theirs.probabilities);
  for (const member of clip.members.keys()) {
    expectClose(ours.readouts[member]!, theirs.readouts[member]!);
    expectClose(ours.statistics[member]!, theirs.statistics[member]!);
  }
}

function expectClose(ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
  expect(ours).toHaveLength(theirs.length);
  expect(largest(Array.from(ours, (value, index) => Math.abs(value - theirs[index]!)))).toBeLessThan(1e-4);
}

it('one graph gives only probabilities where nothing else is asked for', () => {
  expect(clipGraph(model({})).outputs.map(({ name }) => name)).toEqual(['probabilities']);
});

const difference = { kind: 'difference', gain: 2.5 } as const;

it.each<[string, Changes]>([
  ['an LSTM', {}],
  [
    'a GRU both ways with attention',
    { recurrent: { cell: 'gru', bidirectional: true, readout: 'attention' } },
  ],
  ['two layers and their mean', { recurrent: { layers: 2, readout: 'mean' } }],
  ['no recurrent layers', { recurrent: { layers: 0, readout: 'pooled' } }],
  ['streams together', { streams: [{ kind: 'frames' }, difference] }],
  ['streams apart', { streams: [{ kind: 'frames' }, difference], fusion: 'average', encoders: [1, 1] }],
  ['an ensemble with one encoder', { encoders: [1, 1, 1] }],
  ['an ensemble with several encoders', { encoders: [1, 2, 1] }],
])('one graph says of a clip what a prediction says, with %s', async (_, changes) => {
  await expectParity(model(changes));
});

it('one graph says the same with an encoder in int8', async () => {
  const { networks, members, ...others } = model({});
  const quantized = await engine.quantizeEncoder(networks.encoder, members[0]!, randomFrames(3));
  const inBytes = inInt8(networks);
  const encoder: MobileNet = inBytes.encoder!;
  await expectParity({
    ...others,
    networks: { ...inBytes, encoder },
    members: [new Map([...members[0]!, ...quantized])],
  });
});
