import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Trainer, TrainerOptions, TrainingStep } from '../../src/engine/engine.js';
import { collate, type TokenBatch } from '../../src/inputs/batches.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { IGNORED } from '../../src/network/losses.js';
import type { RecurrentNetwork } from '../../src/network/recurrent.js';
import { EMBEDDING, recurrentParameters } from '../../src/network/recurrent-parameters.js';
import { SOFTMAX_LOSSES } from '../../src/network/softmax.js';
import { random } from '../../src/random.js';
import { requireTensor, type Weights } from '../../src/tensors/tensor.js';
import { lossReference, slope } from '../golden/loss-reference.js';
import { recurrentReference } from '../golden/recurrent-reference.js';
import {
  LENGTHS,
  languageModels,
  paddedWith,
  SEGMENTS,
  stepFor,
  TOKENS,
  type TokenStep,
  tokenClassifiers,
  tokensOf,
  translationModels,
  windowOf,
} from '../support/tokens.js';
import { randomWeights, relativeDifference } from './engine.js';

/** Largest difference from the float64 reference, relative to the largest value. */
const TOLERANCE = 2e-4;

/** beta1 = 0 makes the first moment the gradient itself, which is how a test gets to see it. */
const SHOW_GRADIENT = { beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** What an engine that reads tokens promises of training. */
export function describeTokenTraining(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  const withTrainer = async <T>(
    options: Partial<TrainerOptions> & Pick<TrainerOptions, 'network'>,
    use: (trainer: Trainer) => Promise<T>,
  ): Promise<T> => {
    const trainer = await engine.training.createTrainer({
      weights: randomWeights(recurrentParameters(options.network)),
      optimizer: SHOW_GRADIENT,
      clipNorm: 1e9,
      loss: lossOf(options.network),
      ...options,
    });
    return use(trainer).finally(() => trainer.release());
  };

  describe(`the ${name} engine's trainer on tokens`, () => {
    it.each(networks)(
      'differentiates $cell, readout $readout, tied: $tied, $softmax, dropout $dropout, upper level $upper',
      async (network) => {
        const step = stepFor(network);
        const weights = randomWeights(recurrentParameters(network));
        const [{ loss }, state] = await withTrainer({ network }, async (trainer) => [
          await trainer.step(step),
          await trainer.state(),
        ]);
        const reference = (changed: Weights) => referenceOf(network, step, changed);
        expect(Math.abs(loss / reference(weights) - 1)).toBeLessThan(1e-5);
        for (const { name: parameter, shape } of recurrentParameters(network)) {
          const { data } = requireTensor(state, `adam.m.${parameter}`, shape);
          const expected = Array.from(data, (_, index) =>
            slope(reference, { weights, name: parameter, index, step: 1e-4 }),
          );
          expect(relativeDifference(data, expected), parameter).toBeLessThan(TOLERANCE);
        }
      },
    );

    it('counts what its largest logit is right about, but for what is ignored', async () => {
      const network = languageModels[0]!;
      const step = stepFor(network);
      const { batch } = step;
      const weights = randomWeights(recurrentParameters(network));
      const right = tokensOf(batch).map((sequence) => {
        const { logits } = recurrentReference(network, weights, sequence);
        return sequence.map((_, time) => {
          const own = logits.slice(time * TOKENS, (time + 1) * TOKENS);
          return own.indexOf(Math.max(...own));
        });
      });
      const targets = new Int32Array(batch.data.length);
      right.forEach((classes, row) => {
        targets.set(classes, row * batch.timesteps);
      });
      targets[0] = IGNORED;
      targets[1] = (targets[1]! + 1) % TOKENS;
      const { correct } = await withTrainer({ network }, (trainer) => trainer.step({ ...step, targets }));
      expect(correct).toBe(LENGTHS.reduce((total, length) => total + length, 0) - 2);
    });

    it('never reads past a sequence, neither tokens nor targets', async () => {
      const network = languageModels[0]!;
      const { batch, targets, ...step } = stepFor(network);
      const expected = await withTrainer({ network }, async (trainer) => [
        await trainer.step({ batch, targets, ...step }),
        await trainer.weights(),
      ]);
      const [data, others] = [batch.data.slice(), Int32Array.from(targets)];
      LENGTHS.forEach((length, row) => {
        data.fill(99, row * batch.timesteps + length, (row + 1) * batch.timesteps);
        others.fill(3, row * batch.timesteps + length, (row + 1) * batch.timesteps);
      });
      const found = await withTrainer({ network }, async (trainer) => [
        await trainer.step({ batch: { ...batch, data }, targets: others, ...step }),
        await trainer.weights(),
      ]);
      expect(found).toEqual(expected);
    });

    it('never reads past a source', async () => {
      const network = translationModels[0]!;
      const step = stepFor(network);
      const trainedOn = async (source: TokenBatch) =>
        withTrainer({ network }, async (trainer) => [
          await trainer.step({ ...step, batch: { ...step.batch, source } }),
          await trainer.weights(),
        ]);
      const source = step.batch.source!;
      expect(await trainedOn(paddedWith(99, source))).toEqual(await trainedOn(source));
    });

    it.each(languageModels.slice(0, 3))(
      'carries states from step to step: $cell, $layers layers',
      async (network) => {
        const weights = randomWeights(recurrentParameters(network));
        const [first, second] = [windowOf(0), windowOf(3)];
        const options = { network, carriesStates: true };
        const results = await withTrainer(options, async (trainer) => {
          const before = await trainer.step({ ...first, learningRate: 0 });
          const after = await trainer.step({ ...second, learningRate: 0, states: before.states });
          return { before, after, gradients: await trainer.state() };
        });
        const states = tokensOf(first.batch).map(
          (sequence) => recurrentReference(network, weights, sequence).states,
        );
        states.forEach((parts, row) => {
          parts.forEach((state, part) => {
            const found = results.before.states![part]!.subarray(
              row * state.length,
              (row + 1) * state.length,
            );
            expect(relativeDifference(found, state)).toBeLessThan(1e-5);
          });
        });
        const reference = (changed: Weights) => referenceOf(network, second, changed, states);
        expect(Math.abs(results.after.loss / reference(weights) - 1)).toBeLessThan(1e-5);
        // The states are where the step begins: no gradient goes back beyond them.
        const parameter = 'recurrent.0.forward.recurrent_kernel';
        const { data } = requireTensor(results.gradients, `adam.m.${parameter}`);
        const expected = Array.from(data, (_, index) =>
          slope(reference, { weights, name: parameter, index, step: 1e-4 }),
        );
        expect(relativeDifference(data, expected)).toBeLessThan(TOLERANCE);
      },
    );

    it('carries no states where sequences end at different times', async () => {
      const network = languageModels[0]!;
      await withTrainer({ network, carriesStates: true }, async (trainer) => {
        await expect(trainer.step(stepFor(network))).rejects.toThrow('as long');
      });
    });

    it('moves the vectors of tokens that batches have had, and leaves the others, with their moments', async () => {
      const network = tokenClassifiers[0]!;
      const optimizer = { ...ADAMW, weightDecay: 0 };
      const short = (...tokens: number[]) =>
        collate([{ kind: 'tokens', data: Int32Array.from(tokens), timesteps: tokens.length }]);
      await withTrainer({ network, optimizer }, async (trainer) => {
        const step = { targets: Int32Array.of(1), learningRate: 0.1, dropoutSeed: 1 };
        const changedSince = (earlier: Weights, state: Weights, prefix: string) => {
          const [was, is] = [earlier, state].map((one) => requireTensor(one, `${prefix}${EMBEDDING}`).data);
          return [...Array(TOKENS).keys()].filter((token) =>
            is!.subarray(token * 5, token * 5 + 5).some((value, index) => value !== was![token * 5 + index]),
          );
        };
        await trainer.step({ ...step, batch: short(2, 5, 2) });
        const first = [await trainer.state(), await trainer.weights()] as const;
        await trainer.step({ ...step, batch: short(4, 4) });
        // Momentum still moves the vectors of the first batch.
        expect(changedSince(first[1], await trainer.weights(), '')).toEqual([2, 4, 5]);
        await trainer.step({ ...step, batch: short(2, 5) });
        const last = await trainer.state();
        for (const prefix of ['', 'adam.m.', 'adam.v.']) {
          expect(changedSince(first[0], last, prefix), prefix).toEqual([2, 4, 5]);
        }
      });
    });

    it('bounds the norm of all gradients together, those of vectors among them', async () => {
      const network = tokenClassifiers[0]!;
      const norm = (state: Weights) =>
        Math.sqrt(
          [...state]
            .filter(([key]) => key.startsWith('adam.m.'))
            .flatMap(([, { data }]) => [...data])
            .reduce((total, value) => total + value ** 2, 0),
        );
      const normOf = (clipNorm: number) =>
        withTrainer({ network, clipNorm }, async (trainer) => {
          await trainer.step(stepFor(network));
          return norm(await trainer.state());
        });
      const free = await normOf(1e9);
      expect((await normOf(free / 4)) / free).toBeCloseTo(1 / 4, 5);
    });

    it.each([
      ['apart', languageModels[0]!],
      ['tied', languageModels[2]!],
      ['of source and target', translationModels[0]!],
    ])(
      'goes on to the same weights, to the bit, asked and restored on the way: vectors %s',
      async (_, own) => {
        const network = { ...own, dropout: 0.3 };
        const weights = randomWeights(recurrentParameters(network));
        const options = { network, weights, optimizer: ADAMW, clipNorm: 1 };
        const go = async (trainer: Trainer, from: number, to: number) => {
          for (let seed = from; seed <= to; seed++) {
            await trainer.step({ ...stepFor(network, seed), learningRate: 0.01 / seed });
          }
          return trainer.state();
        };
        const whole = async (trainer: Trainer, from: number) => {
          const state = await go(trainer, from, 12);
          return { state, weights: await trainer.weights() };
        };
        const expected = await withTrainer(options, (trainer) => whole(trainer, 1));
        let state = await withTrainer(options, async (trainer) => {
          await go(trainer, 1, 2);
          return go(trainer, 3, 4);
        });
        const other = { ...options, weights: initializeRecurrent(network, 99) };
        state = await withTrainer(other, async (trainer) => {
          await trainer.restore(state);
          return go(trainer, 5, 5);
        });
        const parted = await withTrainer(other, async (trainer) => {
          await trainer.restore(state);
          return whole(trainer, 6);
        });
        expect(parted).toEqual(expected);
        expect([...parted.state.keys()]).toEqual([...expected.state.keys()]);
      },
    );

    it('hands out copies and keeps none of what it was given', async () => {
      const network = languageModels[0]!;
      const weights = randomWeights(recurrentParameters(network));
      await withTrainer({ network, weights }, async (trainer) => {
        const given = [...(await trainer.weights()).values()].flatMap(({ data }) => [...data]);
        for (const { data } of [...weights.values(), ...(await trainer.weights()).values()]) data.fill(7);
        const now = [...(await trainer.weights()).values()].flatMap(({ data }) => [...data]);
        expect(now).toEqual(given);
        expect([...(await trainer.weights()).keys()]).toEqual([...weights.keys()]);
      });
    });

    it('scores under the current weights as a model of them does', async () => {
      const network = { ...languageModels[0]!, dropout: 0.5 };
      const step = stepFor(network);
      const classes = Int32Array.from(step.targets);
      await withTrainer({ network, optimizer: ADAMW }, async (trainer) => {
        const before = await trainer.score(step.batch, classes);
        await trainer.step({ ...step, learningRate: 0.1 });
        const score = await trainer.score(step.batch, classes);
        const model = await engine.loadSequenceModel(network, await trainer.weights());
        expect(score).toEqual(await model.score(step.batch, classes));
        expect(score).not.toEqual(before);
        await model.release();
      });
    });

    it.each<Partial<RecurrentNetwork>>([
      { tied: false },
      { tied: true },
      { softmax: { kind: 'adaptive', cutoffs: [3], shrink: 2 } },
      { softmax: { kind: 'sampled', samples: 5 } },
    ])('teaches what comes next: %o', async (head) => {
      const network: RecurrentNetwork = { ...languageModels[0]!, units: 12, inputs: 12, ...head };
      const options = { network, weights: initializeRecurrent(network, 1), optimizer: ADAMW, clipNorm: 1 };
      const correct = await withTrainer({ ...options, carriesStates: true }, async (trainer) => {
        let states: TrainingStep['states'];
        for (let window = 0; window < 150; window++) {
          const result = await trainer.step({ ...windowOf(3 * window), learningRate: 0.02, states });
          states = result.states;
        }
        return (await trainer.step({ ...windowOf(450), learningRate: 0, states })).correct;
      });
      expect(correct).toBe(6);
    });

    it('teaches what follows from a source: the same backwards', async () => {
      const network: RecurrentNetwork = { ...translationModels[0]!, units: 16, inputs: 12 };
      const options = { network, weights: initializeRecurrent(network, 1), optimizer: ADAMW, clipNorm: 1 };
      const loss = await withTrainer(options, async (trainer) => {
        let result = await trainer.step(backwardsStep(0, 0.02));
        for (let step = 1; step < 300; step++) result = await trainer.step(backwardsStep(step, 0.02));
        return result.loss;
      });
      expect(loss).toBeLessThan(0.2);
    });
  });
}

/** Sixteen sources of tokens 3 to 5, and each backwards after token 1, up to token 2. */
function backwardsStep(seed: number, learningRate: number): TokenStep {
  const stream = random(seed, 'backwards');
  const sources = Array.from({ length: 16 }, () =>
    Array.from({ length: stream.integer(1, 5) }, () => stream.integer(3, 6)),
  );
  const sequence = (tokens: number[]) =>
    ({ kind: 'tokens', data: Int32Array.from(tokens), timesteps: tokens.length }) as const;
  const batch = collate(sources.map((tokens) => sequence([1, ...tokens.toReversed()])));
  const targets = new Int32Array(batch.data.length).fill(IGNORED);
  sources.forEach((tokens, row) => {
    targets.set([...tokens.toReversed(), 2], row * batch.timesteps);
  });
  return {
    batch: { ...batch, source: collate(sources.map(sequence)) },
    targets,
    learningRate,
    dropoutSeed: seed,
  };
}

const lossOf = ({ softmax }: RecurrentNetwork) => SOFTMAX_LOSSES[softmax?.kind ?? 'full'];

const networks: RecurrentNetwork[] = [
  ...tokenClassifiers,
  ...languageModels.filter(({ tokens }) => tokens),
  { ...languageModels[0]!, dropout: 0.5 },
  { ...tokenClassifiers[3]!, dropout: 0.5 },
  ...translationModels,
  { ...translationModels[2]!, dropout: 0.5 },
];

function referenceOf(
  network: RecurrentNetwork,
  { batch, targets, dropoutSeed }: TokenStep,
  weights: Weights,
  states?: ReadonlyArray<readonly number[][]>,
): number {
  const sequences = tokensOf(batch);
  const segments = batch.segments ? SEGMENTS : undefined;
  const sources = batch.source && tokensOf(batch.source);
  const given = { network, sequences, segments, targets, dropoutSeed, states, sources };
  return lossReference({ ...given, loss: lossOf(network) }, weights);
}
