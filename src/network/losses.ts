/**
 * The losses that there are; each engine has a table over this list.
 *
 * `cross-entropy`: of the targets and the softmax of the logits, in nats, mean over the sequences.
 * `squares`: (logit - target)^2, mean over the sequences and the classes, which then are outputs of any kind.
 */
export const LOSSES = ['cross-entropy', 'squares'] as const;

export type Loss = (typeof LOSSES)[number];
