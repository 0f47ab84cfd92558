import { random } from '../../src/random.js';
import type { Answers } from '../../src/tasks/classification/calibration.js';
import { softmax } from '../../src/tasks/classification/metrics.js';

/** Logits whose softmax is the truth's distribution, times a factor that makes them too sure. */
export function overconfident(factor: number, { examples = 4000, seed = 1 } = {}): Answers {
  const stream = random(seed, 'test');
  const logits = Float32Array.from({ length: examples * 3 }, () => stream.normal());
  const truth = Array.from({ length: examples }, (_, index) => {
    const [first, second] = softmax(logits.subarray(index * 3, index * 3 + 3));
    const draw = stream.float();
    return draw < first! ? 0 : draw < first! + second! ? 1 : 2;
  });
  return { logits: logits.map((logit) => logit * factor), truth };
}
