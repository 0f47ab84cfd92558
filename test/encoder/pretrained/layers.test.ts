import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mobileNetBlocks } from '../../../src/encoder/mobilenet.js';
import { convertLayers } from '../../../src/encoder/pretrained/layers.js';
import { loadPretrained } from '../../../src/encoder/pretrained/load-pretrained.js';
import { publishedAddresses } from '../../../src/encoder/pretrained/published.js';
import { createOnnxEngine } from '../../../src/engine/onnx/onnx-engine.js';
import type { Tensor } from '../../../src/tensors/tensor.js';
import { randomContent } from '../../support/graph-model.js';
import { readPhotos } from '../../support/photos.js';
import { sharedFolder } from '../../support/shared.js';

const content = randomContent('mobilenet-v1', 0.25);

/** The content as Keras keeps it, with a batch norm that makes 4 x + 1 of x. */
function kerasValues(): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  const layers = mobileNetBlocks(content.network).flatMap((block) => block.layers);
  for (const { name, kind, kernelSize, outputs, inputs } of layers) {
    const block = /\d+/.exec(name)?.[0];
    const isDepthwise = kind === 'depthwise';
    const keras = block === undefined ? 'conv1' : `conv_${isDepthwise ? 'dw' : 'pw'}_${block}`;
    const kernel = content.weights.get(`${name}.kernel`)!.data;
    const places = kernelSize ** 2;
    const groupInputs = isDepthwise ? 1 : inputs;
    const data = Float32Array.from(kernel, (_, index) => {
      const [place, input, output] = [
        Math.floor(index / (groupInputs * outputs)),
        Math.floor(index / outputs) % groupInputs,
        index % outputs,
      ];
      return kernel[(output * groupInputs + input) * places + place]! / 4;
    });
    const shape = isDepthwise ? [3, 3, outputs, 1] : [kernelSize, kernelSize, inputs, outputs];
    values.set(`${keras}/${isDepthwise ? 'depthwise_kernel' : 'kernel'}`, { shape, data });
    const norm = (part: string, of: (index: number) => number) =>
      values.set(`${keras}_bn/${part}`, {
        shape: [outputs],
        data: Float32Array.from({ length: outputs }, (_, index) => of(index)),
      });
    const bias = content.weights.get(`${name}.bias`)!.data;
    norm('gamma', () => 2);
    norm('beta', (index) => bias[index]! + 2);
    norm('moving_mean', () => 0.5);
    norm('moving_variance', () => 0.25 - 0.001);
  }
  const { kernel, bias } = content.classifier;
  values.set('conv_preds/kernel', { shape: [1, 1, ...kernel.shape], data: kernel.data });
  values.set('conv_preds/bias', bias);
  return values;
}

const convert = (values: ReadonlyMap<string, Tensor>, network = content.network) =>
  convertLayers(network, { values, origin: 'a folder' });

describe('converting a layers model', () => {
  it('finds the weights of v1 by their names, each batch norm folded into its layer', () => {
    const { weights, classifier } = convert(kerasValues());
    expect([...weights.keys()]).toEqual([...content.weights.keys()]);
    for (const [name, { shape, data }] of weights) {
      const expected = content.weights.get(name)!;
      expect(shape).toEqual(expected.shape);
      expect(Math.max(...data.map((value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(1e-6);
    }
    expect(classifier).toEqual(content.classifier);
  });

  it('refuses another alpha, another architecture and a weight that is absent, by name', () => {
    const wider = { ...content.network, alpha: 0.5 };
    expect(() => convert(kerasValues(), wider)).toThrow(
      'The layers model a folder cannot be converted: it has conv1/kernel of shape [3,3,3,8], where [3,3,3,16] was expected.',
    );
    const v2 = { ...content.network, architecture: 'mobilenet-v2' as const };
    expect(() => convert(kerasValues(), v2)).toThrow(
      'layers models are read of mobilenet-v1, not of mobilenet-v2',
    );
    const lacking = kerasValues();
    lacking.delete('conv_dw_7_bn/beta');
    expect(() => convert(lacking)).toThrow('it has no conv_dw_7_bn/beta, where [128] was expected');
  });
});

describe('where pretrained weights are fetched', () => {
  it('begins with the addresses that have stood for years', () => {
    const first = (architecture: 'mobilenet-v1' | 'mobilenet-v2', alpha: number) =>
      publishedAddresses({ architecture, alpha })[0];
    const bucket = 'https://storage.googleapis.com/tfjs-models';
    expect(first('mobilenet-v1', 0.25)).toBe(`${bucket}/tfjs/mobilenet_v1_0.25_224/model.json`);
    expect(first('mobilenet-v1', 0.5)).toBe(`${bucket}/tfjs/mobilenet_v1_0.50_224/model.json`);
    expect(first('mobilenet-v1', 1)).toBe(`${bucket}/tfjs/mobilenet_v1_1.0_224/model.json`);
    expect(first('mobilenet-v2', 1)).toBe(`${bucket}/savedmodel/mobilenet_v2_1.0_224/model.json`);
    expect(first('mobilenet-v2', 0.5)).toMatch(/^https:\/\/tfhub\.dev\//);
  });
});

describe.skipIf(!sharedFolder)('the layers model that the graph model of v1 0.25 was made of', () => {
  it('gives the same embeddings of photos, and the same best class', async () => {
    const cacheFolder = await mkdtemp(join(tmpdir(), 'clipstep-layers-'));
    const engine = await createOnnxEngine();
    const photos = await readPhotos(sharedFolder!);
    const frames = Buffer.concat(photos.map(({ pixels }) => pixels));
    const results = [];
    for (const folder of ['mobilenet_v1_025_224', 'mobilenet_v1_025_224_layers']) {
      const pretrained = await loadPretrained({
        architecture: 'mobilenet-v1',
        alpha: 0.25,
        weights: join(sharedFolder!, 'pretrained', folder),
        cacheFolder,
      });
      const encoder = await engine.loadEncoder(content.network, pretrained.weights);
      const embeddings = await encoder.encode(frames);
      await encoder.release();
      results.push({ embeddings, best: bestClasses(embeddings, pretrained.classifier) });
    }
    await rm(cacheFolder, { recursive: true });
    const [graph, layers] = results;
    const difference = layers!.embeddings.map((value, index) => Math.abs(value - graph!.embeddings[index]!));
    expect(difference.reduce((largest, value) => Math.max(largest, value))).toBeLessThan(1e-4);
    expect(layers!.best).toEqual(graph!.best);
  });
});

/** Each frame's best of the last 1000 classes, which are ImageNet's. */
function bestClasses(embeddings: Float32Array, { kernel, bias }: { kernel: Tensor; bias: Tensor }): number[] {
  const [features = 0, classes = 0] = kernel.shape;
  return Array.from({ length: embeddings.length / features }, (_, frame) => {
    const logits = bias.data.slice();
    for (let row = 0; row < features; row++) {
      const feature = embeddings[frame * features + row]!;
      for (let i = 0; i < classes; i++) logits[i]! += feature * kernel.data[row * classes + i]!;
    }
    const ours = logits.subarray(classes - 1000);
    return ours.indexOf(Math.max(...ours));
  });
}
