import { describe, expect, it } from 'vitest';
import { MOTION_CLASSES, MOTION_LABELS, type MotionLabel } from '../../../src/datasets/motion/classes.js';
import { planClip } from '../../../src/datasets/motion/plan.js';
import { renderFrames } from '../../../src/datasets/motion/render.js';
import type { Scene } from '../../../src/datasets/motion/scene.js';
import { shapesFor } from '../../../src/datasets/motion/shapes.js';

const FORMAT = { width: 64, height: 48, framesPerSecond: 12, frameCount: 9 };

/** A scene without what disturbs its motion. */
function calm(scene: Scene): Scene {
  const still = { x: 0, y: 0 };
  const flat = { amplitude: 0, cycles: 1, phase: 0 };
  const disturbance = {
    objectDrift: still,
    backgroundDrift: still,
    sway: flat,
    breath: flat,
    lightX: 0,
    lightY: 0,
    flicker: 0,
    noiseLevels: 0,
  };
  return { ...scene, disturbance };
}

function calmClip(label: MotionLabel, index = 0): Uint8Array[] {
  const { scene, reversed } = planClip({ seed: 5, label, index });
  return [...renderFrames(calm(scene), { format: FORMAT, reversed })];
}

/** Mean over all pixels and colours. */
const meanLevel = (frame: Uint8Array) => frame.reduce((sum, value) => sum + value, 0) / frame.length;

const rises = (values: readonly number[]) => values.at(-1)! - values[0]!;

/** Middle of the pixels that are darker than all of the background, in pixels from the frame's middle. */
function darkMiddle(frame: Uint8Array): { x: number; y: number } {
  const dark: Array<{ x: number; y: number }> = [];
  for (let pixel = 0; pixel < FORMAT.width * FORMAT.height; pixel++) {
    const level = frame[3 * pixel]! + frame[3 * pixel + 1]! + frame[3 * pixel + 2]!;
    const place = { x: (pixel % FORMAT.width) - 31.5, y: Math.floor(pixel / FORMAT.width) - 23.5 };
    if (level < 3 * 25) dark.push(place);
  }
  const mean = (side: 'x' | 'y') => dark.reduce((sum, place) => sum + place[side], 0) / dark.length;
  return { x: mean('x'), y: mean('y') };
}

describe('renderFrames', () => {
  it('gives as many frames as were asked for, each of the right size', () => {
    const frames = calmClip('open');
    expect(frames.map((frame) => frame.length)).toEqual(Array(9).fill(64 * 48 * 3));
  });

  it('gives the same bytes for the same seed, and others for another', () => {
    const frames = (seed: number) => {
      const plan = planClip({ seed, label: 'clockwise', index: 3 });
      return [...renderFrames(plan.scene, { format: FORMAT, reversed: false })];
    };
    expect(frames(1)).toEqual(frames(1));
    expect(frames(1)).not.toEqual(frames(2));
  });

  it.each(MOTION_LABELS)('plays %s backwards as the very same frames in reversed order', (label) => {
    const { scene } = planClip({ seed: 2, label, index: 1 });
    const forwards = [...renderFrames(scene, { format: FORMAT, reversed: false })];
    const backwards = [...renderFrames(scene, { format: FORMAT, reversed: true })];
    expect(backwards).toEqual(forwards.toReversed());
    expect(forwards[0]).not.toEqual(forwards.at(-1));
  });

  it.each([0, 1, 2, 3, 4, 5])('brightens in brighten and darkens in darken (clip %i)', (index) => {
    expect(rises(calmClip('brighten', index).map(meanLevel))).toBeGreaterThan(2);
    expect(rises(calmClip('darken', index).map(meanLevel))).toBeLessThan(-2);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'shows more of the light object in approach, less in recede (clip %i)',
    (index) => {
      expect(rises(calmClip('approach', index).map(meanLevel))).toBeGreaterThan(2);
      expect(rises(calmClip('recede', index).map(meanLevel))).toBeLessThan(-2);
    },
  );

  it('turns clockwise as seen on a screen: what was on the right comes to lie below', () => {
    const { scene } = planClip({ seed: 1, label: 'clockwise', index: 0 });
    const shape = shapesFor('rotation').find(({ name }) => name === 'spot')!;
    const paint = (level: number) => ({ texture: 'flat', colours: [grey(level), grey(level)] }) as const;
    const grey = (level: number) => [level, level, level] as const;
    const frames = [
      ...renderFrames(
        {
          ...calm(scene),
          motion: { kind: 'rotation', radians: Math.PI / 2 },
          background: paint(0.4),
          object: { shape, radius: 0.4, angle: 0, x: 0, y: 0, main: paint(0.8), accent: paint(0) },
        },
        { format: FORMAT, reversed: false },
      ),
    ];
    const [first, last] = [darkMiddle(frames[0]!), darkMiddle(frames.at(-1)!)];
    expect(first.x).toBeGreaterThan(4);
    expect(Math.abs(first.y)).toBeLessThan(1);
    expect(last.y).toBeGreaterThan(4);
    expect(Math.abs(last.x)).toBeLessThan(1);
  });
});

describe('planClip', () => {
  it('draws both classes of a pair from one distribution, only played the other way', () => {
    const partners = MOTION_LABELS.filter((label) => !MOTION_CLASSES[label].reversed);
    expect(partners.length * 2).toBe(MOTION_LABELS.length);
    for (const label of MOTION_LABELS) {
      const { scene, reversed } = planClip({ seed: 1, label, index: 0 });
      expect(scene.motion.kind).toBe(MOTION_CLASSES[label].motion);
      expect(reversed).toBe(MOTION_CLASSES[label].reversed);
    }
  });

  it('gives each clip a scene and a name of its own', () => {
    const plans = MOTION_LABELS.flatMap((label) =>
      [0, 1, 2].map((index) => planClip({ seed: 1, label, index })),
    );
    expect(new Set(plans.map((plan) => plan.name)).size).toBe(24);
    expect(new Set(plans.map((plan) => plan.scene.seed)).size).toBe(24);
  });

  it('turns over the top, from the left side to the right', () => {
    for (let index = 0; index < 50; index++) {
      const { motion, object } = planClip({ seed: 1, label: 'clockwise', index }).scene;
      const radians = motion.kind === 'rotation' ? motion.radians : 0;
      expect(Math.cos(object.angle)).toBeLessThan(0.01);
      expect(Math.cos(object.angle + radians)).toBeGreaterThan(-0.01);
    }
  });

  it('varies sizes, rates, durations and encodings', () => {
    const plans = Array.from({ length: 200 }, (_, index) => planClip({ seed: 1, label: 'open', index }));
    const kinds = new Set(plans.map(({ encoding }) => JSON.stringify({ ...encoding, quality: 0 })));
    expect(kinds.size).toBe(4);
    expect(new Set(plans.map(({ format }) => `${format.width}x${format.height}`)).size).toBeGreaterThan(8);
    for (const { format } of plans) {
      expect(format.frameCount / format.framesPerSecond).toBeGreaterThan(0.9);
      expect(format.frameCount / format.framesPerSecond).toBeLessThan(2.6);
      expect(format.frameCount).toBeGreaterThanOrEqual(12);
      expect([format.width % 2, format.height % 2]).toEqual([0, 0]);
    }
  });
});
