import { UserError } from '../../errors.js';
import type { Architecture, MobileNet } from '../mobilenet.js';

/**
 * What @tensorflow-models/mobilenet 2.1.1 knows of the hub: for each architecture, the version of the
 * published classifier and the alphas that there are.
 */
export const PUBLISHED = {
  'mobilenet-v1': { shortName: 'mobilenet_v1', version: 1, alphas: [0.25, 0.5, 0.75, 1] },
  'mobilenet-v2': { shortName: 'mobilenet_v2', version: 2, alphas: [0.5, 0.75, 1] },
} as const satisfies Record<Architecture, object>;

/**
 * Addresses of the model.json of a pretrained MobileNet: the one that the package itself uses, the bucket
 * that the hub used to redirect to, and a second copy of the best known model.
 *
 * @throws UserError `bad_config` for an alpha that was not published.
 */
export function hubAddresses({ architecture, alpha }: Pick<MobileNet, 'architecture' | 'alpha'>): string[] {
  const { shortName, version, alphas } = PUBLISHED[architecture];
  if (!alphas.some((published) => published === alpha)) {
    throw new UserError('bad_config', {
      problem: `The hub has no ${architecture} with alpha ${alpha}; it has ${alphas.join(', ')}.`,
      fix: 'Set encoder.alpha to one of these, or encoder.weights to the folder of a graph model.',
    });
  }
  const percent = String(alpha * 100).padStart(3, '0');
  const path = `google/imagenet/${shortName}_${percent}_224/classification/${version}`;
  return [
    `https://tfhub.dev/${path}/model.json?tfjs-format=file`,
    `https://storage.googleapis.com/tfhub-tfjs-modules/${path}/model.json`,
    ...(architecture === 'mobilenet-v2' && alpha === 1
      ? ['https://storage.googleapis.com/tfjs-models/savedmodel/mobilenet_v2_1.0_224/model.json']
      : []),
  ];
}
