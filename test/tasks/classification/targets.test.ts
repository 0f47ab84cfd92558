import { describe, expect, it } from 'vitest';
import { targetsOf } from '../../../src/tasks/classification/targets.js';

describe('the targets of a step', () => {
  it('are all of the probability at each class', () => {
    const targets = targetsOf([2, 0], { classes: 3, labelSmoothing: 0 });
    expect(targets).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0));
  });

  it('spread a share of it over all classes, the class itself included', () => {
    const targets = targetsOf([1], { classes: 4, labelSmoothing: 0.2 });
    expect(targets).toEqual(Float32Array.of(0.05, 0.85, 0.05, 0.05));
  });

  it('count as much as their class weighs', () => {
    const classWeights = Float32Array.of(0.5, 3);
    const targets = targetsOf([0, 1], { classes: 2, labelSmoothing: 0.5, classWeights });
    expect(targets).toEqual(Float32Array.of(0.375, 0.125, 0.75, 2.25));
  });
});
