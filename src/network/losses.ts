/**
 * The losses that there are; each engine has a table over this list.
 *
 * `cross-entropy`: of target probabilities and the softmax of the logits, in nats, mean over the sequences.
 * `focal`: the same, each class's share of it times (1 - its probability) ** FOCUS: what the network is sure of counts
 * little, such as most of a frequent class (Lin et al. 2017, arXiv 1708.02002).
 * `sparse-cross-entropy`: cross-entropy of targets that are the index of a class each, of sequences or of timesteps; mean over
 * those that are not IGNORED.
 * `adaptive-cross-entropy`, `sampled-cross-entropy`: the same of timesteps for large vocabularies; see softmax.ts.
 * `squares`: (logit - target)^2, mean over the sequences and the classes, which then are outputs of any kind.
 */
export const LOSSES = [
  'cross-entropy',
  'focal',
  'sparse-cross-entropy',
  'adaptive-cross-entropy',
  'sampled-cross-entropy',
  'squares',
] as const;

export type Loss = (typeof LOSSES)[number];

/** The paper's gamma, the best of those that it tried. */
export const FOCUS = 2;

/** In place of a class: what counts in no loss and no metric, such as what lies past a sequence's end. */
export const IGNORED = -1;
