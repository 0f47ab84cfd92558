/** Targets of a training step: 1 at each sequence's class, 0 elsewhere, float32 [labels, classes]. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  Array.from(labels).forEach((label, row) => {
    targets[row * classes + label] = 1;
  });
  return targets;
}
