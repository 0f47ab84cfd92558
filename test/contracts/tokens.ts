import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, SequenceModel } from '../../src/engine/engine.js';
import { collate, type SequenceBatch, type TokenBatch } from '../../src/inputs/batches.js';
import { CELLS } from '../../src/network/cells.js';
import { IGNORED } from '../../src/network/losses.js';
import { attends, type RecurrentNetwork } from '../../src/network/recurrent.js';
import { recurrentParameters } from '../../src/network/recurrent-parameters.js';
import type { Weights } from '../../src/tensors/tensor.js';
import { recurrentReference } from '../golden/recurrent-reference.js';
import {
  languageModels,
  paddedWith,
  randomSources,
  randomTokens,
  SEGMENTS,
  TOKENS,
  tokenClassifiers,
  tokensOf,
  translationModels,
} from '../support/tokens.js';
import { randomWeights, relativeDifference } from './engine.js';

/** Largest difference from the float64 reference, relative to its largest value. */
const TOLERANCE = 1e-5;

/** What an engine that reads tokens promises of prediction. */
export function describeTokens(name: string, create: () => Promise<Engine>): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await create();
  });

  const withModel = async <T>(
    network: RecurrentNetwork,
    use: (model: SequenceModel) => Promise<T>,
  ): Promise<T> => {
    const model = await engine.loadSequenceModel(network, randomWeights(recurrentParameters(network)));
    return use(model).finally(() => model.release());
  };

  describe(`the ${name} engine's classifier of tokens`, () => {
    it.each(tokenClassifiers)('computes $cell, readout $readout, upper level $upper', async (network) => {
      const weights = randomWeights(recurrentParameters(network));
      const batch = randomTokens(1);
      const classifier = await engine.loadClassifier(network, weights);
      const { logits, readout, attention } = await classifier.classify(batch);
      await classifier.release();
      const expected = tokensOf(batch).map((sequence, row) =>
        recurrentReference(network, weights, sequence, { segments: SEGMENTS[row] }),
      );
      const expectedLogits = expected.flatMap((result) => result.logits);
      expect(relativeDifference(logits, expectedLogits)).toBeLessThan(TOLERANCE);
      const read = expected.flatMap((result) => result.readout);
      expect(relativeDifference(readout, read)).toBeLessThan(TOLERANCE);
      expect(attention !== undefined).toBe(attends(network));
      if (!attention) return;
      const shares = expected.flatMap((result) =>
        Array.from({ length: batch.timesteps }, (_, time) => result.attention![time] ?? 0),
      );
      expect(relativeDifference(attention, shares)).toBeLessThan(TOLERANCE);
    });

    it.each(tokenClassifiers)('never reads past a sequence: $cell, upper level $upper', async (network) => {
      const classifier = await engine.loadClassifier(network, randomWeights(recurrentParameters(network)));
      const batch = randomTokens(1);
      const expected = await classifier.classify(batch);
      expect(await classifier.classify(paddedWith(-99, batch))).toEqual(expected);
      await classifier.release();
    });

    it('refuses a token that the table has not', async () => {
      const network = tokenClassifiers[0]!;
      const classifier = await engine.loadClassifier(network, randomWeights(recurrentParameters(network)));
      const batch = randomTokens(1);
      batch.data[0] = TOKENS;
      await expect(classifier.classify(batch)).rejects.toThrow(`${TOKENS}`);
      await classifier.release();
    });
  });

  describe(`the ${name} engine's model of sequences`, () => {
    it.each(languageModels)(
      'computes $cell, $layers layers, tied: $tied, $softmax, tokens: $tokens',
      async (network) => {
        const weights = randomWeights(recurrentParameters(network));
        const batch = inputOf(network);
        const { logits, states } = await withModel(network, (model) => model.run(batch));
        sequencesOfAny(batch).forEach((sequence, row) => {
          const expected = recurrentReference(network, weights, sequence);
          const start = row * batch.timesteps * network.classes;
          const own = logits.subarray(start, start + sequence.length * network.classes);
          expect(relativeDifference(own, expected.logits)).toBeLessThan(TOLERANCE);
          expected.states.forEach((state, part) => {
            const ofRow = states[part]!.subarray(row * state.length, (row + 1) * state.length);
            expect(relativeDifference(ofRow, state)).toBeLessThan(TOLERANCE);
          });
        });
      },
    );

    it.each(CELLS)('goes on from states as if it had never stopped: %s', async (cell) => {
      const network = { ...languageModels[0]!, cell, layers: 2 };
      const whole = fullBatch(6);
      await withModel(network, async (model) => {
        const expected = await model.run(whole);
        const first = await model.run(cut(whole, 0, 2));
        const second = await model.run(cut(whole, 2, 6), first.states);
        const joined = [0, 1].flatMap((row) => [...rowsOf(first.logits, row), ...rowsOf(second.logits, row)]);
        expect(relativeDifference(joined, expected.logits)).toBeLessThan(TOLERANCE);
        expected.states.forEach((state, part) => {
          expect(relativeDifference(second.states[part]!, state)).toBeLessThan(TOLERANCE);
        });
      });
    });

    it.each(languageModels)(
      'scores classes by the logarithm of their softmax: $cell, tied: $tied, $softmax',
      async (network) => {
        const batch = inputOf(network);
        const classes = Int32Array.from({ length: batch.lengths.length * batch.timesteps }, (_, place) =>
          place % 5 === 2 ? IGNORED : place % network.classes,
        );
        const [{ logits, states }, score] = await withModel(network, async (model) => [
          await model.run(batch),
          await model.score(batch, classes),
        ]);
        const expected = Array.from(classes, (index, place) => {
          const isPadding = place % batch.timesteps >= batch.lengths[Math.floor(place / batch.timesteps)]!;
          if (index === IGNORED || isPadding) return 0;
          const own = [...logits.subarray(place * network.classes, (place + 1) * network.classes)];
          return own[index]! - Math.log(own.reduce((total, logit) => total + Math.exp(logit), 0));
        });
        expect(relativeDifference(score.logProbabilities, expected)).toBeLessThan(TOLERANCE);
        expect(score.states).toEqual(states);
      },
    );

    it('can be released twice, and then computes no more', async () => {
      const network = languageModels[0]!;
      await withModel(network, async (model) => {
        await model.run(inputOf(network));
        await model.release();
        await model.release();
        await expect(model.run(inputOf(network))).rejects.toThrow('released');
      });
    });
  });

  describe(`the ${name} engine's model of translation`, () => {
    it.each(translationModels)(
      'computes $cell, $layers layers, tied: $tied, source $source',
      async (network) => {
        const weights = randomWeights(recurrentParameters(network));
        const batch = { ...randomTokens(1), source: randomSources(1) };
        const { logits } = await withModel(network, (model) => model.run(batch));
        expectLogits(logits, { network, weights, batch });
        const padded = { ...batch, source: paddedWith(-99, batch.source) };
        expect((await withModel(network, (model) => model.run(padded))).logits).toEqual(logits);
      },
    );

    it.each(translationModels)('writes token by token what it computes at once: $cell', async (network) => {
      const weights = randomWeights(recurrentParameters(network));
      const batch = { ...randomTokens(1), source: randomSources(1) };
      const model = await engine.loadTranslationModel(network, weights);
      const memory = await model.read(batch.source);
      let { states } = memory;
      for (let time = 0; time < batch.timesteps; time++) {
        const tokens = Int32Array.from(batch.lengths, (_, row) => batch.data[row * batch.timesteps + time]!);
        const { logProbabilities, attention, ...after } = await model.next(tokens, { memory, states });
        ({ states } = after);
        tokensOf(batch).forEach((sequence, row) => {
          if (time >= sequence.length) return;
          const source = tokensOf(batch.source)[row]!;
          const { logits } = recurrentReference(network, weights, sequence, { source });
          const own = logits.slice(time * network.classes, (time + 1) * network.classes);
          const total = Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0));
          const found = logProbabilities.subarray(row * network.classes, (row + 1) * network.classes);
          expect(
            relativeDifference(
              found,
              own.map((logit) => logit - total),
            ),
          ).toBeLessThan(TOLERANCE);
          const { timesteps } = batch.source;
          const shares = [...attention.subarray(row * timesteps, (row + 1) * timesteps)];
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
          expect(shares.slice(source.length).every((share) => share === 0)).toBe(true);
        });
      }
      await model.release();
      await model.release();
      await expect(model.read(batch.source)).rejects.toThrow('released');
    });

    it('scores targets by the logarithm of their softmax', async () => {
      const network = translationModels[0]!;
      const batch = { ...randomTokens(1), source: randomSources(1) };
      const classes = Int32Array.from(batch.data, (_, place) => place % TOKENS);
      const [{ logits }, { logProbabilities, states }] = await withModel(network, async (model) => [
        await model.run(batch),
        await model.score(batch, classes),
      ]);
      const own = [...logits.subarray(0, TOKENS)];
      const expected = own[0]! - Math.log(own.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(logProbabilities[0]).toBeCloseTo(expected, 4);
      expect(states).toEqual([]);
    });

    it('refuses a batch without sources', async () => {
      await withModel(translationModels[0]!, async (model) => {
        await expect(model.run(randomTokens(1))).rejects.toThrow('was given none');
      });
    });
  });

  const rowsOf = (logits: Float32Array, row: number) =>
    logits.subarray((row * logits.length) / 2, ((row + 1) * logits.length) / 2);
}

function expectLogits(
  logits: Float32Array,
  {
    network,
    weights,
    batch,
  }: { network: RecurrentNetwork; weights: Weights; batch: TokenBatch & { source: TokenBatch } },
): void {
  tokensOf(batch).forEach((sequence, row) => {
    const expected = recurrentReference(network, weights, sequence, { source: tokensOf(batch.source)[row]! });
    const start = row * batch.timesteps * network.classes;
    const own = logits.subarray(start, start + sequence.length * network.classes);
    expect(relativeDifference(own, expected.logits)).toBeLessThan(TOLERANCE);
  });
}

function inputOf({ tokens, inputs }: RecurrentNetwork): SequenceBatch {
  const batch = randomTokens(1);
  if (tokens) return batch;
  const { lengths, timesteps } = batch;
  const data = Float32Array.from({ length: lengths.length * timesteps * inputs }, (_, i) => Math.sin(i));
  return { kind: 'features', data, lengths, timesteps };
}

const sequencesOfAny = (batch: SequenceBatch): Array<number[] | number[][]> =>
  batch.kind === 'tokens' ? tokensOf(batch) : vectorsOf(batch);

function vectorsOf({ data, lengths, timesteps }: Extract<SequenceBatch, { kind: 'features' }>): number[][][] {
  const width = data.length / (lengths.length * timesteps);
  return Array.from(lengths, (length, row) =>
    Array.from({ length }, (_, time) => {
      const start = (row * timesteps + time) * width;
      return [...data.subarray(start, start + width)];
    }),
  );
}

/** Two sequences of that length. */
const fullBatch = (timesteps: number): TokenBatch =>
  collate(
    [0, 1].map((row) => {
      const data = Int32Array.from({ length: timesteps }, (_, time) => (3 * time + row) % TOKENS);
      return { kind: 'tokens', data, timesteps };
    }),
  );

function cut({ data, lengths, timesteps }: TokenBatch, from: number, to: number): TokenBatch {
  return collate(
    Array.from(lengths, (_, row) => ({
      kind: 'tokens',
      data: data.slice(row * timesteps + from, row * timesteps + to),
      timesteps: to - from,
    })),
  );
}
