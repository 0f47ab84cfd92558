import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import { vocabularyOf } from '../../src/inputs/text/vocabulary.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import type { States } from '../../src/network/states.js';
import { readPrompt, type Script, writeOn } from '../../src/predict/generate/writer.js';
import { random } from '../../src/random.js';
import { strandsOf } from '../../src/tasks/language/strands.js';
import { compareSteps, type Trainee } from './measure-steps.js';
import { findPeers, startPeer } from './peer.js';

const ROUNDS = 10;
const STRANDS = 32;
const TIMESTEPS = 64;

/** Characters of a step of writing. */
const WRITTEN = 100;

/** 65 characters and three marks: tiny Shakespeare. */
const CHARACTERS = Array.from({ length: 65 }, (_, index) => String.fromCodePoint(48 + index));

const NETWORK: RecurrentNetwork = {
  cell: 'lstm',
  inputs: 64,
  units: 256,
  layers: 1,
  bidirectional: false,
  dropout: 0,
  readout: 'every',
  tokens: 68,
  classes: 68,
};

/** Training steps of a character LSTM with kept states, in processor time: more than one core works. */
export async function benchTrainCharacters(): Promise<void> {
  await show('train', { own: await training(), count: STRANDS * TIMESTEPS });
}

/** Characters written one after another by the same network, in processor time. */
export async function benchGenerate(): Promise<void> {
  await show('write', { own: await writing(), count: WRITTEN });
}

async function show(what: 'train' | 'write', { own, count }: { own: Trainee; count: number }): Promise<void> {
  const peers = findPeers();
  const peer = peers && (await startPeer(peers, 'torch_characters.py', [what]));
  const trainees = [own, ...(peer ? [peer] : [])];
  for (const { name, milliseconds, ratio } of await compareSteps(trainees, ROUNDS)) {
    const perSecond = Math.round((1000 * count) / milliseconds).toLocaleString('en');
    console.log(`${name.padEnd(32)} ${perSecond} characters a processor second  x ${ratio.toFixed(2)}`);
  }
  for (const { release } of trainees) await release();
}

async function training(): Promise<Trainee> {
  const engine = await createOnnxEngine({ threads: 2 });
  const trainer = await engine.training.createTrainer({
    network: NETWORK,
    weights: initializeRecurrent(NETWORK, 1),
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm: 1,
    loss: 'sparse-cross-entropy',
    carriesStates: true,
  });
  const stream = random(1, 'bench');
  const text = Int32Array.from({ length: STRANDS * TIMESTEPS + 1 }, () => stream.integer(0, 68));
  const { batch, targets } = strandsOf(text, {
    strands: STRANDS,
    timesteps: TIMESTEPS,
    isWhole: true,
  }).stretch(0);
  let states: States | undefined;
  return {
    name: 'onnx engine',
    steps: (count) =>
      processorTimes(count, async (step) => {
        const result = await trainer.step({ batch, targets, states, learningRate: 2e-3, dropoutSeed: step });
        states = result.states;
      }),
    release: () => trainer.release(),
  };
}

async function writing(): Promise<Trainee> {
  const engine = await createOnnxEngine({ threads: 1 });
  const network = await engine.loadSequenceModel(NETWORK, initializeRecurrent(NETWORK, 1));
  const script: Script = { unit: 'character', normalization: 'none', vocabulary: vocabularyOf(CHARACTERS) };
  const pieces = writeOn(network, {
    prompt: readPrompt('A', script),
    script,
    sampling: { temperature: 0.8 },
    stream: random(1, 'bench'),
  });
  return {
    name: 'onnx engine',
    steps: (count) =>
      processorTimes(count, async () => {
        for (let character = 0; character < WRITTEN; character++) await pieces.next();
      }),
    release: () => network.release(),
  };
}

/** Of all threads of this process, in milliseconds. */
async function processorTimes(count: number, run: (step: number) => Promise<void>): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let step = 0; step < count; step++) {
    const before = process.cpuUsage();
    await run(step);
    const { user, system } = process.cpuUsage(before);
    milliseconds.push((user + system) / 1000);
  }
  return milliseconds;
}
