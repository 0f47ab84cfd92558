import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, TrainerOptions } from '../../../src/engine/engine.js';
import { tensorflowStatus } from '../../../src/engine/tensorflow/load.js';
import { createTensorflowEngine } from '../../../src/engine/tensorflow/tensorflow-engine.js';
import type { RecurrentNetwork } from '../../../src/network/recurrent.js';
import { recurrentParameters } from '../../../src/network/recurrent-parameters.js';
import { randomWeights } from '../../contracts/engine.js';
import { languageModels, randomTokens, tokenClassifiers, translationModels } from '../../support/tokens.js';

const status = await tensorflowStatus();

const ofVectors: RecurrentNetwork = { ...tokenClassifiers[0]!, tokens: undefined };

describe.skipIf(status.kind === 'unavailable')('the tensorflow engine refuses', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTensorflowEngine();
  });

  const refusal = (what: string) =>
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(what) });
  const train = (options: Partial<TrainerOptions> & Pick<TrainerOptions, 'network'>) =>
    engine.training.createTrainer({
      weights: randomWeights(recurrentParameters(options.network)),
      optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      clipNorm: 1,
      loss: 'cross-entropy',
      ...options,
    });

  it('networks of tokens, in prediction and in training', async () => {
    const network = tokenClassifiers[0]!;
    const weights = randomWeights(recurrentParameters(network));
    await expect(engine.loadClassifier(network, weights)).rejects.toEqual(refusal('tokens'));
    await expect(train({ network })).rejects.toEqual(refusal('tokens'));
  });

  it('networks that answer every timestep', async () => {
    const network = { ...languageModels[0]!, tokens: undefined };
    const weights = randomWeights(recurrentParameters(network));
    await expect(engine.loadSequenceModel(network, weights)).rejects.toEqual(refusal('every timestep'));
    await expect(engine.loadClassifier(network, weights)).rejects.toEqual(refusal('the readout every'));
    await expect(train({ network })).rejects.toEqual(refusal('the readout every'));
  });

  it('networks that read a source', async () => {
    const network = translationModels[0]!;
    const weights = randomWeights(recurrentParameters(network));
    await expect(engine.loadTranslationModel(network, weights)).rejects.toEqual(refusal('read a source'));
    await expect(train({ network })).rejects.toEqual(refusal('tokens'));
  });

  it('losses by class index, and states that are carried', async () => {
    const network = ofVectors;
    await expect(train({ network, loss: 'sparse-cross-entropy' })).rejects.toEqual(refusal('sparse'));
    await expect(train({ network, carriesStates: true })).rejects.toEqual(refusal('carries states'));
  });

  it('a batch of tokens for a network of vectors', async () => {
    const classifier = await engine.loadClassifier(ofVectors, randomWeights(recurrentParameters(ofVectors)));
    await expect(classifier.classify(randomTokens(1))).rejects.toEqual(refusal('tokens'));
    await classifier.release();
  });
});
