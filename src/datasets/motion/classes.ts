/** The four motions. Each runs forwards in one class and backwards in its partner. */
export type MotionKind = 'scale' | 'rotation' | 'opening' | 'brightness';

/**
 * The classes, in pairs that are each other's reversal: both members of a pair draw clips from the same
 * distribution, and `reversed` ones are played from their end. So a frame alone, or any set of frames
 * without their order, tells at most the pair.
 */
export const MOTION_CLASSES = {
  approach: { motion: 'scale', reversed: false },
  recede: { motion: 'scale', reversed: true },
  clockwise: { motion: 'rotation', reversed: false },
  'counter-clockwise': { motion: 'rotation', reversed: true },
  open: { motion: 'opening', reversed: false },
  close: { motion: 'opening', reversed: true },
  brighten: { motion: 'brightness', reversed: false },
  darken: { motion: 'brightness', reversed: true },
} as const satisfies Record<string, { motion: MotionKind; reversed: boolean }>;

export type MotionLabel = keyof typeof MOTION_CLASSES;

// Object.keys says string[]; the table above has exactly these keys.
export const MOTION_LABELS = Object.keys(MOTION_CLASSES) as MotionLabel[];
