/**
 * The learning rate of one step. It rises linearly from near zero over the warm-up (Goyal et al. 2017),
 * then stays (`constant`) or falls to zero along half a cosine (Loshchilov and Hutter 2017).
 *
 * @param options.step 0-based step of the stage.
 * @param options.warmupSteps may be 0.
 */
export function learningRateAt(options: {
  schedule: 'constant' | 'cosine';
  peak: number;
  step: number;
  steps: number;
  warmupSteps: number;
}): number {
  const { schedule, peak, step, steps, warmupSteps } = options;
  if (step < warmupSteps) return (peak * (step + 1)) / (warmupSteps + 1);
  if (schedule === 'constant') return peak;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * progress))) / 2;
}
