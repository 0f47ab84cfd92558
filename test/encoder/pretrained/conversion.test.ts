import { describe, expect, it } from 'vitest';
import { convertGraph } from '../../../src/encoder/pretrained/conversion.js';
import { pretrainedGraph } from '../../../src/encoder/pretrained/graph-model.js';
import { UserError } from '../../../src/errors.js';
import {
  buildGraphModel,
  type GraphModelJson,
  type GraphModelNode,
  randomContent,
} from '../../support/graph-model.js';

const contents = {
  v1: randomContent('mobilenet-v1', 0.1),
  v2: randomContent('mobilenet-v2', 0.1),
};

function convert(which: keyof typeof contents, edit: (model: GraphModelJson) => void = () => {}) {
  const { model, constants } = buildGraphModel(contents[which]);
  edit(model);
  const graph = pretrainedGraph(model.modelTopology, { constants, origin: 'a folder' });
  return convertGraph(graph, contents[which].network);
}

describe('converting a graph', () => {
  it.each(['v1', 'v2'] as const)('finds the weights of %s by the edges alone', (which) => {
    const { weights, classifier } = convert(which);
    expect([...weights]).toEqual([...contents[which].weights]);
    expect(classifier).toEqual(contents[which].classifier);
  });
});

/** The first or the last node of an operation, in the order of the data. */
const first = (model: GraphModelJson, op: string): GraphModelNode =>
  model.modelTopology.node.findLast((node) => node.op === op)!;
const last = (model: GraphModelJson, op: string): GraphModelNode =>
  model.modelTopology.node.find((node) => node.op === op)!;

const setText = (node: GraphModelNode, attribute: string, value: string) => {
  node.attr[attribute] = { s: Buffer.from(value).toString('base64') };
};

describe('a graph that is not the network asked for is refused, with the node and what was expected', () => {
  it.each<[string, keyof typeof contents, (model: GraphModelJson) => void, RegExp]>([
    [
      'another padding',
      'v1',
      (model) => setText(first(model, 'Conv2D'), 'padding', 'VALID'),
      /^6 has padding VALID, where SAME/,
    ],
    [
      'another layout',
      'v1',
      (model) => setText(first(model, 'Conv2D'), 'data_format', 'NCHW'),
      /^6 has data_format NCHW/,
    ],
    [
      'another stride',
      'v2',
      (model) => {
        first(model, 'DepthwiseConv2dNative').attr.strides = { list: { i: ['1', '2', '2', '1'] } };
      },
      /^\d+ has strides 1,2,2,1, where 1,1,1,1 was expected/,
    ],
    [
      'another activation',
      'v1',
      (model) => rename(first(model, 'Relu6'), 'Relu'),
      /^stem ends at 8, where relu6/,
    ],
    [
      'no residual',
      'v2',
      (model) => rename(last(model, 'AddN'), 'Max'),
      /^block16\.project ends at \d+, where an addition/,
    ],
    [
      'another range',
      'v1',
      (model) => rename(first(model, 'Sub'), 'AddV2'),
      /^it makes x 2 \+ 1 of its input, where x 2/,
    ],
    [
      'two inputs',
      'v1',
      (model) => rename(first(model, 'Mul'), 'Placeholder'),
      /^it has 2 inputs, where one/,
    ],
    [
      'a layer too few',
      'v1',
      (model) => rename(last(model, 'DepthwiseConv2dNative'), 'Max'),
      /is read by Max \d+, where DepthwiseConv2dNative/,
    ],
    [
      'a kernel that is computed',
      'v1',
      (model) => first(model, 'Conv2D').input.splice(1, 1, 'x'),
      /^6 has no constant as its kernel/,
    ],
    ['no mean', 'v2', (model) => rename(last(model, 'Mean'), 'Max'), /is not read by Mean or AvgPool, which/],
    [
      'no graph',
      'v1',
      (model) => Object.assign(model.modelTopology, { node: 1 }),
      /^its topology is not that of/,
    ],
  ])('%s', (_, which, edit, words) => {
    const problem = problemOf(() => convert(which, edit));
    expect(problem.replace('The graph model a folder cannot be converted: ', '')).toMatch(words);
  });

  it('another alpha', () => {
    const { model, constants } = buildGraphModel(contents.v1);
    const graph = pretrainedGraph(model.modelTopology, { constants, origin: 'a folder' });
    const wider = { ...contents.v1.network, alpha: 0.5 };
    expect(problemOf(() => convertGraph(graph, wider))).toMatch(
      '6 has [3,3,3,8] as its kernel, where [3,3,3,16] was',
    );
  });
});

function rename(node: GraphModelNode, op: string): void {
  node.op = op;
}

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError && error.code === 'bad_weights') return error.problem;
    throw error;
  }
  throw new Error('The graph was converted');
}
