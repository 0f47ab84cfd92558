import { PLAN_KINDS, type PlanChoice, type PlanKind } from '../../src/media/frames.js';
import { resolveInputs } from '../../src/media/locate.js';
import { openClassifier } from '../../src/predict/classify.js';
import type { Classified } from '../../src/predict/outcome.js';
import { tell } from './figures.js';

/**
 * What each plan of decoding changes in a model's probabilities: `npm run bench -- plans`, of the clips in
 * CLIPSTEP_BENCH_CLIPS with the model in CLIPSTEP_BENCH_MODEL. A plan is forced wherever it is possible.
 */
export async function benchPlans(): Promise<void> {
  const [folder, model] = [process.env.CLIPSTEP_BENCH_CLIPS, process.env.CLIPSTEP_BENCH_MODEL];
  const clips = (await resolveInputs([folder ?? 'datasets/motion/samples'])).map(({ input }) => input);
  const exact = await classifyAll(model ?? 'models/motion', clips, 'whole');
  for (const plan of [...PLAN_KINDS.slice(1), 'exact', 'quick'] as const) {
    const changed = await classifyAll(model ?? 'models/motion', clips, plan);
    const used = new Map<PlanKind, number>();
    const differences: number[] = [];
    let otherLabels = 0;
    for (const [input, outcome] of changed) {
      const before = exact.get(input);
      if (!before || !outcome.plan) continue;
      used.set(outcome.plan, (used.get(outcome.plan) ?? 0) + 1);
      if (NAMED.has(plan) && outcome.plan !== plan) continue;
      differences.push(largestDifference(before, outcome));
      if (before.top[0]!.label !== outcome.top[0]!.label) otherLabels += 1;
    }
    const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length;
    const counts = [...used].map(([kind, count]) => `${count} ${kind}`).join(', ');
    const largest = Math.max(...differences);
    const isPossible = differences.length > 0;
    const words = `largest ${largest.toFixed(4)}, mean ${mean.toFixed(4)}, other label ${otherLabels}`;
    const line = `${plan.padEnd(14)}  ${isPossible ? words : 'nowhere possible'}  (${counts})`;
    tell(line, plan, isPossible ? { largest, mean, otherLabels } : {});
  }
}

const NAMED = new Set<PlanChoice>(PLAN_KINDS);

async function classifyAll(
  model: string,
  clips: readonly string[],
  sampling: PlanChoice,
): Promise<Map<string, Classified>> {
  const classifier = await openClassifier(model, { sampling });
  const results = new Map<string, Classified>();
  for (const clip of clips) {
    const outcome = await classifier.classify(clip);
    if (outcome.kind !== 'failed') results.set(clip, outcome);
  }
  await classifier.release();
  return results;
}

/** Over the classes. */
function largestDifference(one: Classified, other: Classified): number {
  const of = new Map(one.top.map(({ label, probability }) => [label, probability]));
  return Math.max(...other.top.map(({ label, probability }) => Math.abs(probability - of.get(label)!)));
}
