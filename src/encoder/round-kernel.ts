/**
 * A kernel in whole numbers of steps, so rounded that errors make up for each other where the layer's inputs go
 * together: from the nearest number, one weight after the other goes to the one that is best in view of all others,
 * in a few sweeps (coordinate descent, as in COMQ, Zhang et al. 2024, arXiv 2403.07134; what is minimized is the mean
 * square error of the layer's output, as in AdaRound, Nagel et al. 2020, arXiv 2004.10568). Means are left to the
 * biases.
 *
 * @param options.kernel float32 [outputs, inputs].
 * @param options.scales [outputs]: the value of a step.
 * @param options.covariance [inputs, inputs], symmetric: of what the layer reads.
 * @param options.largest The largest whole number on both sides of 0.
 * @returns float32 [outputs, inputs], whole numbers.
 */
export function roundKernel(options: {
  kernel: Float32Array;
  scales: Float32Array;
  covariance: Float64Array;
  largest: number;
}): Float32Array {
  const { kernel, scales, largest } = options;
  const covariance = damp(options.covariance);
  const inputs = kernel.length / scales.length;
  const rounded = kernel.map((weight, index) => Math.round(weight / scales[Math.floor(index / inputs)]!));
  scales.forEach((scale, output) => {
    const steps = rounded.subarray(output * inputs, (output + 1) * inputs);
    const wanted = kernel.subarray(output * inputs, (output + 1) * inputs);
    improve(steps, {
      errors: Float64Array.from(steps, (step, i) => step - wanted[i]! / scale),
      covariance,
      largest,
    });
  });
  return rounded;
}

/** Those that follow change little, and each takes as long as the first. */
const SWEEPS = 4;

/** Share of the mean variance, as in GPTQ (Frantar et al. 2022, arXiv 2210.17323, section 3.3). */
const DAMPING = 0.01;

/** Adds to each variance: what was hardly seen in calibration must not be free to change, since other frames have it. */
function damp(covariance: Float64Array): Float64Array {
  const damped = covariance.slice();
  const channels = Math.sqrt(covariance.length);
  const variances = damped.filter((_, index) => index % (channels + 1) === 0);
  const added = (DAMPING * variances.reduce((sum, variance) => sum + variance, 0)) / channels;
  for (let channel = 0; channel < channels; channel++) damped[channel * (channels + 1)]! += added;
  return damped;
}

/** @param options.errors of the steps, in steps. */
function improve(
  steps: Float32Array,
  { errors, covariance, largest }: { errors: Float64Array; covariance: Float64Array; largest: number },
): void {
  const inputs = steps.length;
  const slopes = slopesAt(errors, covariance);
  for (let sweep = 0, changed = true; changed && sweep < SWEEPS; sweep++) {
    changed = false;
    for (let input = 0; input < inputs; input++) {
      const curvature = covariance[input * inputs + input]!;
      if (curvature <= 0) continue;
      const best = Math.round(steps[input]! - slopes[input]! / curvature);
      const change = Math.min(largest, Math.max(-largest, best)) - steps[input]!;
      if (change === 0) continue;
      steps[input]! += change;
      changed = true;
      for (let other = 0; other < inputs; other++) {
        slopes[other]! += change * covariance[input * inputs + other]!;
      }
    }
  }
}

/** Half the slope of the mean square error along each weight: covariance x errors. */
function slopesAt(errors: Float64Array, covariance: Float64Array): Float64Array {
  const inputs = errors.length;
  const slopes = new Float64Array(inputs);
  for (let input = 0; input < inputs; input++) {
    for (let other = 0; other < inputs; other++) {
      slopes[other]! += errors[input]! * covariance[input * inputs + other]!;
    }
  }
  return slopes;
}
