import type { Random } from '../../random.js';
import type { MotionKind } from './classes.js';
import { EASES, type Path } from './path.js';
import type { Colour, Disturbance, Drift, Motion, Scene, Surface } from './scene.js';
import { shapesFor } from './shapes.js';
import { TEXTURE_KINDS } from './textures.js';

/**
 * Draws what is filmed in a clip of this motion. The ranges keep the motion plain in 12 frames of 96 x 96
 * pixels: the object is half to three quarters of the short side wide, and even the quickest turn stays
 * below 60 degrees from one of 12 frames to the next, so that its direction is never in doubt.
 */
export function drawScene(kind: MotionKind, stream: Random): Scene {
  const motion = drawMotion(kind, stream);
  const { background, main, accent } = drawSurfaces(stream);
  const radius = between(stream, 0.25, 0.36);
  const largest = motion.kind === 'scale' ? motion.toRadius : radius;
  // The whole object stays within the middle square, which is what a centre crop leaves of a frame.
  const room = Math.max(0, 0.46 - largest);
  return {
    seed: stream.integer(0, 2 ** 31),
    motion,
    path: drawPath(stream),
    object: {
      shape: stream.pick(shapesFor(kind)),
      radius,
      angle: drawAngle(motion, stream),
      x: between(stream, -room, room),
      y: between(stream, -room, room),
      main,
      accent,
    },
    background,
    disturbance: drawDisturbance(stream),
  };
}

function drawMotion(kind: MotionKind, stream: Random): Motion {
  switch (kind) {
    case 'scale': {
      const fromRadius = between(stream, 0.12, 0.17);
      return { kind, fromRadius, toRadius: fromRadius * between(stream, 2.2, 2.8) };
    }
    case 'rotation':
      return { kind, radians: (between(stream, 120, 240) * Math.PI) / 180 };
    case 'opening':
      return { kind, from: between(stream, 0.05, 0.15), to: between(stream, 0.8, 1) };
    case 'brightness':
      return {
        kind,
        of: stream.pick(['scene', 'object'] as const),
        from: between(stream, 0.2, 0.45),
        to: between(stream, 0.9, 1.15),
      };
  }
}

/**
 * Any angle; but what turns passes over the top, its dark part (on the x axis, see shapes.ts) starting on the
 * one side and ending on the other. Turns of less than half a circle anywhere on it would be as plain to the
 * eye, but a small network hardly finds out from scratch what they have in common.
 */
function drawAngle(motion: Motion, stream: Random): number {
  if (motion.kind !== 'rotation') return between(stream, 0, 2 * Math.PI);
  const top = -Math.PI / 2;
  return top + between(stream, -Math.PI / 3, Math.PI / 3) - motion.radians / 2;
}

/** The distribution is its own reversal: easing in is as likely as easing out, and so are both rests. */
function drawPath(stream: Random): Path {
  return {
    restBefore: between(stream, 0, 0.12),
    restAfter: between(stream, 0, 0.12),
    power: between(stream, 1, 1.7),
    ease: stream.pick(EASES),
  };
}

/**
 * A light object with a dark part or opening, before a calm background between them, in any hues: what is
 * object and what is not is then plain in a single frame, and only the order is left to be learnt.
 */
function drawSurfaces(stream: Random): { background: Surface; main: Surface; accent: Surface } {
  const lightness = between(stream, 0.15, 0.45);
  return {
    background: drawSurface(lightness, stream),
    main: drawSurface(lightness + between(stream, 0.3, 0.5), stream),
    accent: drawSurface(between(stream, 0.02, 0.15), stream),
  };
}

function drawSurface(lightness: number, stream: Random): Surface {
  const texture = stream.pick(TEXTURE_KINDS);
  const contrast = between(stream, 0.03, 0.12);
  return {
    texture,
    colours: [drawColour(lightness - contrast / 2, stream), drawColour(lightness + contrast / 2, stream)],
  };
}

/** A random tint around a grey. */
function drawColour(lightness: number, stream: Random): Colour {
  const saturation = between(stream, 0, 0.4);
  const [red, green, blue] = [stream.float(), stream.float(), stream.float()];
  const mean = (red + green + blue) / 3;
  const channel = (value: number) => Math.min(1, Math.max(0, lightness + saturation * (value - mean)));
  return [channel(red), channel(green), channel(blue)];
}

function drawDisturbance(stream: Random): Disturbance {
  const wave = (amplitude: number) => ({
    amplitude: between(stream, 0, amplitude),
    cycles: between(stream, 0.5, 2.5),
    phase: stream.float(),
  });
  const moves = stream.float() < 0.6;
  return {
    objectDrift: drawDrift(0.05, stream),
    backgroundDrift: moves ? drawDrift(0.08, stream) : { x: 0, y: 0 },
    sway: wave((6 * Math.PI) / 180),
    breath: wave(0.04),
    lightX: between(stream, -0.2, 0.2),
    lightY: between(stream, -0.2, 0.2),
    flicker: between(stream, 0, 0.025),
    noiseLevels: between(stream, 0, 5),
  };
}

/** @param farthest from the middle, as a share of the short side. */
function drawDrift(farthest: number, stream: Random): Drift {
  return { x: between(stream, -farthest, farthest), y: between(stream, -farthest, farthest) };
}

function between(stream: Random, minimum: number, maximum: number): number {
  return minimum + (maximum - minimum) * stream.float();
}
