import type { RecurrentNetwork } from '../../network/recurrent.js';
import { attentionOf } from '../attention.js';
import type { SequenceClassifier } from '../engine.js';
import { batchFeeds } from './batch-feeds.js';
import { feedsOf } from './recurrent/network-inputs.js';
import type { Session } from './session.js';

/** @param session of classifierGraph; the classifier owns it. */
export function sequenceClassifier(network: RecurrentNetwork, session: Session): SequenceClassifier {
  return {
    classify: async (batch) => {
      const { logits, readout, attention_0, attention_1 } = await session.run({
        ...feedsOf(session.inputNames, network, { placement: batch }),
        ...batchFeeds(network, batch),
      });
      const attention = attentionOf(network, batch, [attention_0, attention_1]);
      return { logits: logits!, readout: readout!, attention };
    },
    release: () => session.release(),
  };
}
