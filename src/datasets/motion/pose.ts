import { progressAt } from './path.js';
import type { Drift, Scene, Wave } from './scene.js';

/** Where everything stands at one moment. Lengths are pixels, y points down, angles turn clockwise. */
export interface Pose {
  /** The object's middle, from the frame's. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly angle: number;
  /** 0 (shut) to 1; meaningless to shapes that do not open. */
  readonly opening: number;
  readonly objectGain: number;
  readonly sceneGain: number;
  readonly backgroundX: number;
  readonly backgroundY: number;
}

/** @param time share of the clip, 0 to 1. @param shortSide of the frame, in pixels. */
export function poseAt(scene: Scene, time: number, shortSide: number): Pose {
  const { object, disturbance } = scene;
  const still: Pose = {
    x: (object.x + driftAt(disturbance.objectDrift, time).x) * shortSide,
    y: (object.y + driftAt(disturbance.objectDrift, time).y) * shortSide,
    radius: object.radius * shortSide,
    angle: object.angle,
    opening: 0,
    objectGain: 1,
    sceneGain: 1,
    backgroundX: driftAt(disturbance.backgroundDrift, time).x * shortSide,
    backgroundY: driftAt(disturbance.backgroundDrift, time).y * shortSide,
  };
  const moved = { ...still, ...movedBy(scene, { progress: progressAt(scene.path, time), shortSide }) };
  return {
    ...moved,
    radius: moved.radius * Math.exp(waveAt(disturbance.breath, time)),
    angle: moved.angle + waveAt(disturbance.sway, time),
  };
}

/** What the clip's motion changes, at a progress of 0 to 1. */
function movedBy({ motion, object }: Scene, at: { progress: number; shortSide: number }): Partial<Pose> {
  switch (motion.kind) {
    case 'scale':
      return { radius: geometric(motion.fromRadius, motion.toRadius, at.progress) * at.shortSide };
    case 'rotation':
      return { angle: object.angle + motion.radians * at.progress };
    case 'opening':
      return { opening: motion.from + (motion.to - motion.from) * at.progress };
    case 'brightness': {
      const gain = geometric(motion.from, motion.to, at.progress);
      return motion.of === 'scene' ? { sceneGain: gain } : { objectGain: gain };
    }
  }
}

/** Equal factors in equal steps, as the eye sees size and light. */
function geometric(from: number, to: number, progress: number): number {
  return from * (to / from) ** progress;
}

function driftAt(drift: Drift, time: number): Drift {
  const fromMiddle = 2 * time - 1;
  return { x: drift.x * fromMiddle, y: drift.y * fromMiddle };
}

function waveAt({ amplitude, cycles, phase }: Wave, time: number): number {
  return amplitude * Math.sin(2 * Math.PI * (cycles * time + phase));
}
