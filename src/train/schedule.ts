import type { Pipeline } from '../pipeline/schema.js';

type Schedule = Pipeline['training']['schedule'];

/** PyTorch's defaults for OneCycleLR: part of the steps that rise, peak / first rate, first rate / last rate. */
const ONE_CYCLE = { risingShare: 0.3, firstDivisor: 25, lastDivisor: 1e4 };

/**
 * The learning rate of one step. All but `one-cycle` rise linearly from near zero over the warm-up (Goyal et al. 2017).
 * Then `constant` stays, `cosine` falls to zero along half a cosine (Loshchilov and Hutter 2017), and `cooldown` stays
 * for the first half of all steps and falls to zero linearly in the second (Zhai et al. 2022). `one-cycle` rises
 * to the peak and falls to almost nothing along a cosine each (Smith and Topin 2019, as PyTorch's OneCycleLR,
 * but that momentum stays as it is).
 *
 * @param options.step 0-based step of the stage.
 * @param options.warmupSteps may be 0; `one-cycle` has its own.
 */
export function learningRateAt({ schedule, warmupSteps, ...place }: StepRate): number {
  const { peak, step } = place;
  if (schedule !== 'one-cycle' && step < warmupSteps) return (peak * (step + 1)) / (warmupSteps + 1);
  return RATES[schedule]({ ...place, warmupSteps });
}

interface StepRate extends StepPosition {
  readonly schedule: Schedule;
}

interface StepPosition {
  readonly peak: number;
  readonly step: number;
  readonly steps: number;
  readonly warmupSteps: number;
}

/** After the warm-up. */
const RATES: Readonly<Record<Schedule, (at: StepPosition) => number>> = {
  constant: ({ peak }) => peak,
  cosine: ({ peak, step, steps, warmupSteps }) => {
    const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return alongCosine({ from: peak, to: 0, progress });
  },
  cooldown: ({ peak, step, steps }) => peak * Math.min(1, 2 * (1 - step / steps)),
  'one-cycle': oneCycle,
};

function oneCycle({ peak, step, steps }: StepPosition): number {
  const first = peak / ONE_CYCLE.firstDivisor;
  // Not a whole number in general, and below 0 when there are few steps.
  const peakStep = ONE_CYCLE.risingShare * steps - 1;
  if (step < peakStep) return alongCosine({ from: first, to: peak, progress: step / peakStep });
  const progress = (step - peakStep) / (steps - 1 - peakStep);
  return alongCosine({ from: peak, to: first / ONE_CYCLE.lastDivisor, progress });
}

function alongCosine({ from, to, progress }: { from: number; to: number; progress: number }): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}
