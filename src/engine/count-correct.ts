import { argmax } from '../tensors/largest.js';

/** Sequences whose largest logit is where their largest target is; both float32 [batch, classes]. */
export function countCorrect(
  logits: Float32Array,
  { targets, classes }: { targets: Float32Array; classes: number },
): number {
  let correct = 0;
  for (let start = 0; start < targets.length; start += classes) {
    const [said, wanted] = [logits, targets].map((values) => argmax(values.subarray(start, start + classes)));
    if (said === wanted) correct++;
  }
  return correct;
}
