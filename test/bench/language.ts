import { createOnnxEngine } from '../../src/engine/onnx/onnx-engine.js';
import type { Unit } from '../../src/inputs/text/tokenizer.js';
import { MARKERS, vocabularyOf } from '../../src/inputs/text/vocabulary.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { SOFTMAX_LOSSES } from '../../src/network/softmax.js';
import type { States } from '../../src/network/states.js';
import { readPrompt, type Script, writeOn } from '../../src/predict/generate/writer.js';
import { random } from '../../src/random.js';
import { strandsOf } from '../../src/tasks/language/strands.js';
import { tell } from './figures.js';
import { compareSteps, type Trainee } from './measure-steps.js';
import { findPeers, startPeer } from './peer.js';

const ROUNDS = 10;

/** Tokens of a step of writing. */
const WRITTEN = 100;

/** A model of language as it is trained, and what PyTorch's script for it is called with. */
interface Workload {
  readonly unit: Unit;
  readonly name: string;
  readonly network: RecurrentNetwork;
  readonly strands: number;
  readonly timesteps: number;
  readonly clipNorm: number;
  readonly peer: { readonly script: string; readonly args: readonly string[] } | null;
}

const base = { cell: 'lstm', units: 256, layers: 1, bidirectional: false, readout: 'every' } as const;

/** 65 characters and three marks: tiny Shakespeare. */
const CHARACTERS: Workload = {
  unit: 'character',
  name: 'onnx engine',
  network: { ...base, inputs: 64, dropout: 0, tokens: 68, classes: 68 },
  strands: 32,
  timesteps: 64,
  clipNorm: 1,
  peer: { script: 'torch_characters.py', args: [] },
};

/** 9,999 words and three marks: the Penn Treebank. */
const WORDS = 10_002;
const ofWords = { ...base, inputs: 256, dropout: 0.25, tokens: WORDS, classes: WORDS } as const;

const words = (softmax: 'full' | 'adaptive' | 'sampled', network: RecurrentNetwork): Workload => ({
  unit: 'word',
  name: `onnx engine, ${softmax}`,
  network,
  strands: 20,
  timesteps: 35,
  clipNorm: 0.5,
  peer: softmax === 'sampled' ? null : { script: 'torch_words.py', args: [softmax] },
});

const SOFTMAXES: readonly Workload[] = [
  words('full', { ...ofWords, tied: true }),
  words('adaptive', { ...ofWords, softmax: { kind: 'adaptive', cutoffs: [2000], shrink: 4 } }),
  words('sampled', { ...ofWords, tied: true, softmax: { kind: 'sampled', samples: 1000 } }),
];

/** Training steps of a character LSTM with kept states, in processor time: more than one core works. */
export async function benchTrainCharacters(): Promise<void> {
  await compare('train', [CHARACTERS]);
}

/** Training steps of a word LSTM with each softmax over 10,000 words, likewise. */
export async function benchTrainWords(): Promise<void> {
  await compare('train', SOFTMAXES);
}

/** Tokens written one after another by the same networks, in processor time. */
export async function benchGenerate(): Promise<void> {
  await compare('write', [CHARACTERS]);
  await compare('write', SOFTMAXES.slice(0, 2));
}

async function compare(what: 'train' | 'write', workloads: readonly Workload[]): Promise<void> {
  const own = await Promise.all(workloads.map(what === 'train' ? training : writing));
  const trainees = [...own, ...(await peersOf(what, workloads))];
  const { strands, timesteps, unit } = workloads[0]!;
  const tokens = what === 'train' ? strands * timesteps : WRITTEN;
  for (const { name, milliseconds, ratio } of await compareSteps(trainees, ROUNDS)) {
    const tokensPerProcessorSecond = (1000 * tokens) / milliseconds;
    const perSecond = Math.round(tokensPerProcessorSecond).toLocaleString('en');
    const step = what === 'train' ? `, ${milliseconds.toFixed(1)} ms a step` : '';
    const line = `${name.padEnd(32)} ${perSecond} ${unit}s a processor second${step}  x ${ratio.toFixed(2)}`;
    tell(line, name, { tokensPerProcessorSecond, ratio });
  }
  for (const { release } of trainees) await release();
}

async function peersOf(what: 'train' | 'write', workloads: readonly Workload[]): Promise<Trainee[]> {
  const peers = findPeers();
  if (!peers) return [];
  const started: Trainee[] = [];
  for (const { peer } of workloads) {
    const trainee = peer && (await startPeer(peers, peer.script, [what, ...peer.args]));
    if (trainee) started.push(trainee);
  }
  return started;
}

async function training({ name, network, strands, timesteps, clipNorm }: Workload): Promise<Trainee> {
  const engine = await createOnnxEngine({ threads: 2 });
  const trainer = await engine.training.createTrainer({
    network,
    weights: initializeRecurrent(network, 1),
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm,
    loss: SOFTMAX_LOSSES[network.softmax?.kind ?? 'full'],
    carriesStates: true,
  });
  const text = byZipf(network.classes, strands * timesteps + 1);
  const { batch, targets } = strandsOf(text, { strands, timesteps, isWhole: true }).stretch(0);
  let states: States | undefined;
  return {
    name,
    steps: (count) =>
      processorTimes(count, async (step) => {
        const result = await trainer.step({ batch, targets, states, learningRate: 2e-3, dropoutSeed: step });
        states = result.states;
      }),
    release: () => trainer.release(),
  };
}

/** Tokens as frequent as words are by the law of Zipf. */
function byZipf(classes: number, length: number): Int32Array {
  const stream = random(1, 'bench');
  return Int32Array.from({ length }, () => Math.floor((classes + 1) ** stream.float()) - 1);
}

async function writing({ name, network, unit }: Workload): Promise<Trainee> {
  const engine = await createOnnxEngine({ threads: 1 });
  const model = await engine.loadSequenceModel(network, initializeRecurrent(network, 1));
  const tokens = Array.from({ length: network.classes - MARKERS }, (_, index) =>
    unit === 'word' ? `word${index}` : String.fromCodePoint(48 + index),
  );
  const script: Script = { unit, normalization: 'none', vocabulary: vocabularyOf(tokens) };
  const pieces = writeOn(model, {
    prompt: readPrompt(tokens[0]!, script),
    script,
    sampling: { temperature: 0.8 },
    stream: random(1, 'bench'),
  });
  return {
    name,
    steps: (count) =>
      processorTimes(count, async () => {
        for (let token = 0; token < WRITTEN; token++) await pieces.next();
      }),
    release: () => model.release(),
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
