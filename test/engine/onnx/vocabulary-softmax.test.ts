import { describe, expect, it } from 'vitest';
import { adaptiveFeeds, adaptiveInputs } from '../../../src/engine/onnx/adaptive-feeds.js';
import { gradients } from '../../../src/engine/onnx/differentiate.js';
import {
  constant,
  createGraph,
  type Graph,
  input,
  output,
  type Value,
} from '../../../src/engine/onnx/graph.js';
import {
  type AdaptiveLayer,
  adaptiveCrossEntropy,
  adaptiveDistribution,
  adaptiveLogProbabilities,
} from '../../../src/engine/onnx/ops/adaptive-softmax.js';
import { linearCrossEntropy } from '../../../src/engine/onnx/ops/linear-cross-entropy.js';
import { sampledCrossEntropy } from '../../../src/engine/onnx/ops/sampled-softmax.js';
import { sampledFeeds, sampledInputs } from '../../../src/engine/onnx/sampled-feeds.js';
import { OnnxSession } from '../../../src/engine/onnx/session.js';
import { drawSamples } from '../../../src/network/draw-samples.js';
import { IGNORED } from '../../../src/network/losses.js';
import { random } from '../../../src/random.js';
import { runGraph } from '../../support/run-graph.js';

const runtime = await import('onnxruntime-node');

function normal(purpose: string, shape: readonly number[]): { data: Float32Array; shape: readonly number[] } {
  const stream = random(1, purpose);
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, () => stream.normal()), shape };
}

const weight = (graph: Graph, name: string, ...shape: number[]): Value =>
  constant(graph, normal(name, shape));

describe('an adaptive softmax of 4 frequent words and tails of 3 and 2', () => {
  const [width, ends] = [6, [4, 7, 9]] as const;
  const words = Int32Array.of(0, 8, 3, 5, IGNORED, 4, 8, 2);
  const shape = [4, 2];

  function build() {
    const graph = createGraph('test');
    const x = input(graph, { name: 'x', dtype: 'float32', shape: ['timesteps', 'batch', width] });
    const layer: AdaptiveLayer = {
      head: { table: weight(graph, 'head', 6, width), bias: weight(graph, 'bias', 6) },
      tails: [
        { projection: weight(graph, 'first projection', 3, width), table: weight(graph, 'first', 3, 3) },
        { projection: weight(graph, 'second projection', 1, width), table: weight(graph, 'second', 2, 1) },
      ],
    };
    const given = adaptiveInputs(graph, { shape: ['timesteps', 'batch'], tails: 2 });
    return { graph, x, layer, given };
  }

  /** Whether the likeliest class of the head is the word, or its tail, in which it is the likeliest word. */
  function isHit({ word, all }: { word: number; all: Float32Array }): boolean {
    if (word === IGNORED) return false;
    const probabilities = [...all].map(Math.exp);
    const tails = [probabilities.slice(4, 7), probabilities.slice(7)];
    const sums = tails.map((tail) => tail.reduce((sum, value) => sum + value, 0));
    const ofHead = [...probabilities.slice(0, 4), ...sums];
    const best = ofHead.indexOf(Math.max(...ofHead));
    if (word < 4 || best < 4) return best === word;
    const tail = tails[best - 4]!;
    return [4, 7][best - 4]! + tail.indexOf(Math.max(...tail)) === word;
  }

  const feedsOf = (drawn: Int32Array) => ({
    x: normal('x', [...shape, width]),
    ...adaptiveFeeds(drawn, { shape, ends }),
  });

  it('is a distribution over all words, of which loss and log-probabilities are those of the words that came', async () => {
    const { graph, x, layer, given } = build();
    const trained = adaptiveCrossEntropy(x, layer, given);
    output('loss', trained.loss);
    output('hits', trained.hits);
    output('found', adaptiveLogProbabilities(x, layer, given));
    output('all', adaptiveDistribution(x, layer));
    const { loss, found, all, hits } = await runGraph(graph, feedsOf(words));
    const places = Array.from(words, (word, place) => ({
      word,
      all: all!.subarray(9 * place, 9 * place + 9),
    }));
    for (const place of places) {
      expect(place.all.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
    }
    const counted = places.filter(({ word }) => word !== IGNORED);
    const expected = counted.map((place) => place.all[place.word]!);
    expect(loss![0]).toBeCloseTo(-expected.reduce((sum, value) => sum + value, 0) / counted.length, 4);
    const foundThere = found!.filter((_, place) => words[place] !== IGNORED);
    for (const [index, value] of foundThere.entries()) expect(value).toBeCloseTo(expected[index]!, 4);
    expect([...hits!]).toEqual(places.map((place) => Number(isHit(place))));
  });

  it.each([
    ['only frequent words', Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3)],
    ['no word at all', new Int32Array(8).fill(IGNORED)],
  ])('learns from %s, and nothing of its tails', async (_, drawn) => {
    const { graph, x, layer, given } = build();
    const { loss } = adaptiveCrossEntropy(x, layer, given);
    const one = constant(graph, { shape: [], data: Float32Array.of(1) });
    const by = [x, layer.tails[0]!.table, layer.tails[1]!.projection];
    for (const [index, value] of gradients({ value: loss, gradient: one }, by).entries()) {
      output(['by_x', 'by_table', 'by_projection'][index]!, value);
    }
    const { by_x, by_table, by_projection } = await runGraph(graph, feedsOf(drawn));
    expect(by_x!.some((value) => value !== 0)).toBe(drawn[0] !== IGNORED);
    expect([...by_table!, ...by_projection!].every((value) => value === 0)).toBe(true);
  });

  it('refuses words of another number of tails', () => {
    const { x, layer, given } = build();
    const fewer = { ...layer, tails: layer.tails.slice(1) };
    expect(() => adaptiveCrossEntropy(x, fewer, given)).toThrow('expects words of 1 tails, not of 2');
  });
});

describe('a sampled softmax', () => {
  const [width, words, places] = [4, 12, 6];
  const indices = Int32Array.of(3, 0, 11, IGNORED, 3, 7);
  const onePlace = Int32Array.of(IGNORED, IGNORED, 5, IGNORED, IGNORED, IGNORED);
  const shape = [places];

  function build(count: number) {
    const graph = createGraph('test');
    const x = weight(graph, 'x', places, width);
    const layer = { table: weight(graph, 'table', words, width), bias: weight(graph, 'bias', words) };
    return { graph, x, layer, given: sampledInputs(graph, { shape, count }) };
  }

  it('is the softmax where every class is sampled and was to be expected once', async () => {
    const { graph, x, layer, given } = build(words);
    const one = constant(graph, { shape: [], data: Float32Array.of(1) });
    const losses = {
      sampled: sampledCrossEntropy(x, layer, given).loss,
      full: linearCrossEntropy(x, layer, given).loss,
    };
    for (const [name, loss] of Object.entries(losses)) {
      output(name, loss);
      const by = gradients({ value: loss, gradient: one }, [x, layer.table, layer.bias]);
      for (const [index, gradient] of by.entries()) output(`${name}_${index}`, gradient);
    }
    const all = Int32Array.from({ length: words }, (_, word) => word);
    const samples = { classes: all, expectations: new Float32Array(words) };
    const results = await runGraph(graph, sampledFeeds(indices, { shape, words, samples }));
    expect(results.sampled![0]).toBeCloseTo(results.full![0]!, 5);
    for (const index of [0, 1, 2]) {
      for (const [place, value] of results[`sampled_${index}`]!.entries()) {
        expect(value).toBeCloseTo(results[`full_${index}`]![place]!, 5);
      }
    }
  });

  it('weighs the samples so that the denominator is right on average', async () => {
    const { graph, x, layer, given } = build(4);
    output('sampled', sampledCrossEntropy(x, layer, given).loss);
    output('full', linearCrossEntropy(x, layer, given).loss);
    const session = await OnnxSession.open(runtime, graph, { threads: 1 });
    const turns = 500;
    let [denominator, expected] = [0, 0];
    for (let turn = 0; turn < turns; turn++) {
      const samples = drawSamples({ classes: words, count: 4, seed: turn });
      const { sampled, full } = await session.run(sampledFeeds(onePlace, { shape, words, samples }));
      denominator += Math.exp(sampled![0]!) / turns;
      expected = Math.exp(full![0]!);
    }
    await session.release();
    expect(Math.abs(denominator / expected - 1)).toBeLessThan(0.1);
  });

  it('refuses to draw as many words as there are', () => {
    const draw = () => drawSamples({ classes: words, count: words, seed: 1 });
    expect(draw).toThrow('12 different samples of 12 classes leave nothing to be drawn');
  });
});
