import type { Path } from './path.js';
import type { Shape } from './shapes.js';
import type { TextureKind } from './textures.js';

/** What is filmed. Lengths are shares of the frame's short side, angles radians, times shares of the clip. */
export interface Scene {
  /** Of the textures, the flicker and the noise. */
  readonly seed: number;
  readonly motion: Motion;
  readonly path: Path;
  readonly object: {
    readonly shape: Shape;
    readonly radius: number;
    readonly angle: number;
    /** Offset of its middle from the frame's. */
    readonly x: number;
    readonly y: number;
    readonly main: Surface;
    readonly accent: Surface;
  };
  readonly background: Surface;
  readonly disturbance: Disturbance;
}

/** From forward start to end. */
export type Motion =
  | { readonly kind: 'scale'; readonly fromRadius: number; readonly toRadius: number }
  | { readonly kind: 'rotation'; readonly radians: number }
  | { readonly kind: 'opening'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'brightness';
      readonly of: 'scene' | 'object';
      readonly from: number;
      readonly to: number;
    };

export interface Surface {
  readonly texture: TextureKind;
  /** RGB in [0, 1]. */
  readonly colours: readonly [Colour, Colour];
}

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * What happens besides the motion. Each is as likely forwards as backwards (straight drifts through the
 * middle in any direction, waves of any phase, independent noise), so that none of it tells the direction.
 */
export interface Disturbance {
  readonly objectDrift: Drift;
  readonly backgroundDrift: Drift;
  /** Waves of the object's angle (radians) and of the logarithm of its size. */
  readonly sway: Wave;
  readonly breath: Wave;
  /** Slope of the light across the frame, as the gain from the middle to the side. */
  readonly lightX: number;
  readonly lightY: number;
  /** Standard deviations: of a frame's gain, and of a pixel, in grey levels of 255. */
  readonly flicker: number;
  readonly noiseLevels: number;
}

/** Way from the middle of the clip to its end; from its start to the middle it is the same. */
export interface Drift {
  readonly x: number;
  readonly y: number;
}

export interface Wave {
  readonly amplitude: number;
  /** Oscillations in the clip. */
  readonly cycles: number;
  /** In cycles. */
  readonly phase: number;
}
