export interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step . change) */
  readonly scale: number;
}

/** Steps that the curvature is taken from. */
const PAIRS = 6;
/** Share of the promised decrease that a step must make (Armijo). */
const SUFFICIENT = 1e-4;

/**
 * Minimizes a smooth convex function from zero: limited-memory BFGS with halved steps (Nocedal and Wright 2006, algorithms
 * 7.4 and 3.1).
 *
 * @param options.tolerance ends it when no part of the gradient is larger.
 * @returns where it ended, at the latest after `iterations`.
 */
export function minimize(
  evaluate: (point: Float64Array) => Evaluated,
  options: { size: number; tolerance: number; iterations: number },
): Float64Array {
  let point: Float64Array = new Float64Array(options.size);
  let current = evaluate(point);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (largestOf(current.gradient) <= options.tolerance) break;
    const direction = descent(current.gradient, pairs);
    const next = search(evaluate, { point, current, direction, first: iteration === 0 });
    if (!next) break;
    const step = next.point.map((value, index) => value - point[index]!);
    const change = next.gradient.map((value, index) => value - current.gradient[index]!);
    const curvature = dot(step, change);
    if (curvature > 0) pairs.push({ step, change, scale: 1 / curvature });
    if (pairs.length > PAIRS) pairs.shift();
    point = next.point;
    current = next;
  }
  return point;
}

/** The way down: the inverse of the curvature that the pairs show, times the gradient, turned around. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (const { step, change, scale } of pairs.toReversed()) {
    const share = scale * dot(step, direction);
    shares.push(share);
    addTo(direction, change, -share);
  }
  const last = pairs.at(-1);
  if (last) {
    const size = 1 / (last.scale * dot(last.change, last.change));
    for (let index = 0; index < direction.length; index++) direction[index]! *= size;
  }
  for (const { step, change, scale } of pairs) {
    addTo(direction, step, shares.pop()! - scale * dot(change, direction));
  }
  return direction;
}

/** The first of 1, 1/2, 1/4... of the direction that goes down enough; null where none does any more. */
function search(
  evaluate: (point: Float64Array) => Evaluated,
  from: { point: Float64Array; current: Evaluated; direction: Float64Array; first: boolean },
): (Evaluated & { readonly point: Float64Array }) | null {
  const { point, current, direction, first } = from;
  const slope = dot(current.gradient, direction);
  // Without curvature yet, the gradient's own length says nothing of how far to go.
  let length = first ? 1 / Math.sqrt(dot(direction, direction)) : 1;
  for (let halving = 0; halving < 30; halving++) {
    const reached = point.map((value, index) => value + length * direction[index]!);
    const evaluated = evaluate(reached);
    if (evaluated.value <= current.value + SUFFICIENT * length * slope)
      return { ...evaluated, point: reached };
    length /= 2;
  }
  return null;
}

function addTo(target: Float64Array, values: Float64Array, share: number): void {
  for (let index = 0; index < target.length; index++) target[index]! += share * values[index]!;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

function largestOf(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
