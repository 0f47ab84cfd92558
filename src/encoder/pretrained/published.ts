import { UserError } from '../../errors.js';
import type { Architecture, MobileNet } from '../mobilenet.js';

/**
 * The classifiers that were published, as @tensorflow-models/mobilenet 2.1.1 knows them: for each architecture, the
 * version on the hub and the alphas that there are.
 */
export const PUBLISHED = {
  'mobilenet-v1': { shortName: 'mobilenet_v1', version: 1, alphas: [0.25, 0.5, 0.75, 1] },
  'mobilenet-v2': { shortName: 'mobilenet_v2', version: 2, alphas: [0.5, 0.75, 1] },
} as const satisfies Record<Architecture, object>;

/** Addresses of the first tfjs models, which have stood for years: layers models of v1, one graph model of v2. */
const STABLE: Readonly<Record<Architecture, Readonly<Record<number, string>>>> = {
  'mobilenet-v1': {
    0.25: 'tfjs/mobilenet_v1_0.25_224',
    0.5: 'tfjs/mobilenet_v1_0.50_224',
    0.75: 'tfjs/mobilenet_v1_0.75_224',
    1: 'tfjs/mobilenet_v1_1.0_224',
  },
  'mobilenet-v2': { 1: 'savedmodel/mobilenet_v2_1.0_224' },
};

/**
 * Addresses of the model.json of a pretrained MobileNet, those first that answer most dependably. The hub's own
 * redirect to Kaggle, which has refused many for weeks at a time (tensorflow/tfjs#8595); the last is the bucket
 * that it redirected to before.
 *
 * @throws UserError `bad_config` for an alpha that was not published.
 */
export function publishedAddresses({
  architecture,
  alpha,
}: Pick<MobileNet, 'architecture' | 'alpha'>): string[] {
  const { shortName, version, alphas } = PUBLISHED[architecture];
  if (!alphas.some((published) => published === alpha)) {
    throw new UserError('bad_config', {
      problem: `There is no pretrained ${architecture} with alpha ${alpha}; there is ${alphas.join(', ')}.`,
      fix: 'Set encoder.alpha to one of these, or encoder.weights to the folder of a TensorFlow.js model.',
    });
  }
  const percent = String(alpha * 100).padStart(3, '0');
  const path = `google/imagenet/${shortName}_${percent}_224/classification/${version}`;
  const stable = STABLE[architecture][alpha];
  return [
    ...(stable === undefined ? [] : [`https://storage.googleapis.com/tfjs-models/${stable}/model.json`]),
    `https://tfhub.dev/${path}/model.json?tfjs-format=file`,
    `https://storage.googleapis.com/tfhub-tfjs-modules/${path}/model.json`,
  ];
}
