import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, TranslationModel } from '../../../src/engine/engine.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import { collate } from '../../../src/inputs/batches.js';
import { BEGIN, END, UNKNOWN } from '../../../src/inputs/text/vocabulary.js';
import { recurrentParameters } from '../../../src/network/recurrent-parameters.js';
import { beamSearch } from '../../../src/predict/translate/beam-search.js';
import { largestCandidates } from '../../../src/predict/translate/largest-candidates.js';
import { randomWeights } from '../../contracts/engine.js';
import { randomSources, tokensOf, translationModels } from '../../support/tokens.js';

const network = translationModels[0]!;
const sources = tokensOf(randomSources(1)).map((tokens) => Int32Array.from(tokens));

let engine: Engine;
let model: TranslationModel;
beforeAll(async () => {
  engine = await createOnnxEngine({ threads: 1 });
  model = await engine.loadTranslationModel(network, randomWeights(recurrentParameters(network)));
});
afterAll(() => model.release());

/** The logarithm of what the model gives to a whole text after a source, its end included. */
async function scoreOf(source: Int32Array, tokens: readonly number[]): Promise<number> {
  const memory = await model.read(collate([{ kind: 'tokens', data: source, timesteps: source.length }]));
  let { states } = memory;
  let before = BEGIN;
  let sum = 0;
  for (const token of [...tokens, END]) {
    const next = await model.next(Int32Array.of(before), { memory, states });
    sum += next.logProbabilities[token]!;
    ({ states } = next);
    before = token;
  }
  return sum;
}

/** Every text of at most two tokens that may be written. */
const SHORT = (() => {
  const all = [3, 4, 5, 6, END];
  const tokens = all.filter((token) => token !== END);
  return [[], ...tokens.map((token) => [token]), ...tokens.flatMap((one) => tokens.map((two) => [one, two]))];
})();

describe('a beam search', () => {
  it('of one always takes the most probable token', async () => {
    const source = sources[0]!;
    const [written] = await beamSearch(model, [source], { beam: 1 });
    const memory = await model.read(collate([{ kind: 'tokens', data: source, timesteps: source.length }]));
    let { states } = memory;
    let before = BEGIN;
    for (const token of [...written!.tokens, END]) {
      const next = await model.next(Int32Array.of(before), { memory, states });
      const allowed = Array.from(next.logProbabilities, (value, index) =>
        index === UNKNOWN || index === BEGIN ? Number.NEGATIVE_INFINITY : value,
      );
      const isCut = written!.tokens.length >= 2 * source.length + 10 && token === END;
      if (!isCut) expect(allowed.indexOf(Math.max(...allowed))).toBe(token);
      ({ states } = next);
      before = token;
    }
  });

  it('gives the mean logarithm of what it writes, and finds nothing less probable than all short texts', async () => {
    // Nothing of so few tokens falls out of it.
    const beam = 80;
    const found = await beamSearch(model, sources, { beam });
    for (const [place, { tokens, score }] of found.entries()) {
      const isCut = tokens.length >= 2 * sources[place]!.length + 10;
      if (!isCut) {
        expect((await scoreOf(sources[place]!, tokens)) / (tokens.length + 1)).toBeCloseTo(score, 4);
      }
      for (const other of SHORT) {
        const sum = await scoreOf(sources[place]!, other);
        expect(sum / (other.length + 1)).toBeLessThanOrEqual(score + 1e-5);
      }
    }
  });

  it('finds the same for a source alone and among others', async () => {
    const together = await beamSearch(model, sources, { beam: 3 });
    for (const [place, source] of sources.entries()) {
      const [alone] = await beamSearch(model, [source], { beam: 3 });
      expect(alone!.tokens).toEqual(together[place]!.tokens);
    }
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(beamSearch(model, sources, { beam: 2, signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('the largest candidates', () => {
  it('are those of all beginnings together, the best first, without what is excluded', () => {
    const logProbabilities = Float32Array.of(-1, -9, -2, -1, -3, -0.5);
    const options = { sums: [0, -1], classes: 3, count: 3, excluded: new Set([1]) };
    expect(largestCandidates(logProbabilities, options)).toEqual([
      { row: 0, token: 0, sum: -1 },
      { row: 1, token: 2, sum: -1.5 },
      { row: 0, token: 2, sum: -2 },
    ]);
  });
});
