import type { Random } from '../../random.js';
import type { MotionKind } from './classes.js';
import { EASES, type Path } from './path.js';
import type { Colour, Disturbance, Drift, Motion, Scene, Surface } from './scene.js';
import { shapesFor } from './shapes.js';
import { TEXTURE_KINDS } from './textures.js';

/**
 * Draws what is filmed in a clip of this motion. The ranges keep the motion plain in 12 frames of 96 x 96
 * pixels: the object is a third to two thirds of the short side wide, and even the quickest turn stays
 * below 60 degrees from one of 12 frames to the next, so that its direction is never in doubt.
 */
export function drawScene(kind: MotionKind, stream: Random): Scene {
  const motion = drawMotion(kind, stream);
  const { background, main, accent } = drawSurfaces(motion, stream);
  const radius = between(stream, 0.22, 0.34);
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
      angle: between(stream, 0, 2 * Math.PI),
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
      const fromRadius = between(stream, 0.1, 0.18);
      return { kind, fromRadius, toRadius: fromRadius * between(stream, 1.9, 2.6) };
    }
    case 'rotation':
      return { kind, radians: (between(stream, 120, 250) * Math.PI) / 180 };
    case 'opening':
      return { kind, from: between(stream, 0.03, 0.2), to: between(stream, 0.65, 1) };
    case 'brightness':
      return {
        kind,
        of: stream.pick(['scene', 'object'] as const),
        from: between(stream, 0.2, 0.45),
        to: between(stream, 0.9, 1.15),
      };
  }
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

/** Three surfaces that differ in lightness, so that outlines are seen whatever the hues are. */
function drawSurfaces(
  motion: Motion,
  stream: Random,
): { background: Surface; main: Surface; accent: Surface } {
  const lights = motion.kind === 'brightness';
  const backgroundLightness = between(stream, 0.15, 0.8);
  // What brightens must be light enough at its brightest to be seen to change.
  const mainLightness = lights ? between(stream, 0.5, 0.85) : apart(backgroundLightness, stream);
  return {
    background: drawSurface(backgroundLightness, stream),
    main: drawSurface(mainLightness, stream),
    accent: drawSurface(apart(mainLightness, stream), stream),
  };
}

/** A lightness that differs from the given one by 0.3 to 0.5, on the side where there is room. */
function apart(lightness: number, stream: Random): number {
  const difference = between(stream, 0.3, 0.5);
  const lighter = lightness < 0.45 || (lightness < 0.55 && stream.float() < 0.5);
  return Math.min(1, Math.max(0, lighter ? lightness + difference : lightness - difference));
}

function drawSurface(lightness: number, stream: Random): Surface {
  const texture = stream.pick(TEXTURE_KINDS);
  const contrast = between(stream, 0.05, 0.2);
  return {
    texture,
    colours: [drawColour(lightness - contrast / 2, stream), drawColour(lightness + contrast / 2, stream)],
  };
}

/** A random tint around a grey. */
function drawColour(lightness: number, stream: Random): Colour {
  const saturation = between(stream, 0, 0.6);
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
    noiseLevels: between(stream, 0, 6),
  };
}

/** @param farthest from the middle, as a share of the short side. */
function drawDrift(farthest: number, stream: Random): Drift {
  return { x: between(stream, -farthest, farthest), y: between(stream, -farthest, farthest) };
}

function between(stream: Random, minimum: number, maximum: number): number {
  return minimum + (maximum - minimum) * stream.float();
}
