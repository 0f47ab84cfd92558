import { describe, expect, it } from 'vitest';
import { initializeMobileNet } from '../../src/encoder/initialize-encoder.js';
import type { MobileNet } from '../../src/encoder/mobilenet.js';
import { distinctEncoders } from '../../src/engine/feature-places.js';
import { encodeTimesteps, loadClassifiers, loadEncoders } from '../../src/engine/members.js';
import { selectEngine } from '../../src/engine/select.js';
import { collate } from '../../src/inputs/batches.js';
import { framesOf } from '../../src/inputs/input-kinds.js';
import { initializeRecurrent } from '../../src/network/initialize-network.js';
import { networksOf } from '../../src/network/networks.js';
import { random } from '../../src/random.js';
import { softmax } from '../../src/tasks/classification/metrics.js';
import { tinyPipeline } from '../support/tiny-bundle.js';

const { engine } = await selectEngine('onnx');
const input = framesOf(tinyPipeline.input)!;
const networks = networksOf(tinyPipeline, { classes: 2 });
const encoder = networks.encoder as MobileNet; // the tiny pipeline reads frames
const frames = Uint8Array.from({ length: 3 * 96 * 96 * 3 }, () => random(1, 'frames').integer(0, 256));
const member = (encoderSeed: number, seed: number) =>
  new Map([...initializeMobileNet(encoder, encoderSeed), ...initializeRecurrent(networks.recurrent, seed)]);
const shared = initializeMobileNet(encoder, 1);
const sharing = (seed: number) => new Map([...shared, ...initializeRecurrent(networks.recurrent, seed)]);

/** Probabilities of the frames by a model of these members. */
async function probabilities(members: Array<ReturnType<typeof member>>, temperature = 1) {
  const encoders = await loadEncoders(engine, { networks, members });
  const classifier = await loadClassifiers(engine, { networks, members, temperature });
  const data = await encodeTimesteps(encoders, { frames: { pixels: frames }, input });
  const { logits } = await classifier.classify(collate([{ kind: 'features', data, timesteps: 3 }]));
  await encoders.release();
  await classifier.release();
  return softmax(logits);
}

describe('a model of several members', () => {
  it.each([
    ['that share an encoder', [sharing(1), sharing(2), sharing(3)]],
    ['of an encoder each', [member(1, 1), member(2, 2), member(3, 3)]],
  ])('%s answers with the mean of their probabilities', async (_, members) => {
    const each = [];
    for (const one of members) each.push(await probabilities([one]));
    const mean = each.reduce((sum, [first]) => sum + first! / members.length, 0);
    const [together] = await probabilities(members);
    expect(together).toBeCloseTo(mean, 5);
    expect(new Set(each.map(([first]) => first)).size).toBe(3);
  });

  it('has a shared encoder once, be it the same tensors or the same values', () => {
    expect(distinctEncoders(encoder, [sharing(1), sharing(2)])).toHaveLength(1);
    expect(distinctEncoders(encoder, [member(1, 1), member(1, 2)])).toHaveLength(1);
    expect(distinctEncoders(encoder, [member(1, 1), member(2, 1)])).toHaveLength(2);
  });

  it('is less sure at a higher temperature', async () => {
    const surest = async (temperature: number) =>
      Math.max(...(await probabilities([member(1, 1)], temperature)));
    expect(await surest(4)).toBeLessThan(await surest(1));
  });
});
