import type { Random } from '../../random.js';

export const TEXTURE_KINDS = ['flat', 'gradient', 'stripes', 'checks', 'clouds', 'dots'] as const;
export type TextureKind = (typeof TEXTURE_KINDS)[number];

/** A picture of shares in [0, 1], row-major [side, side]: how much of the second of two colours a point has. */
export interface Texture {
  readonly side: number;
  readonly shares: Float32Array;
}

/**
 * Paints a texture. Its parameters (angle, period, phase, lattice) come from `stream`; a period is between
 * a tenth and a third of the side, so that it survives being scaled down to 96 pixels.
 */
export function paintTexture(kind: TextureKind, side: number, stream: Random): Texture {
  const share = sharesOf(kind, stream);
  const shares = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      shares[row * side + column] = share((column + 0.5) / side, (row + 0.5) / side);
    }
  }
  return { side, shares };
}

/** The texture at a place given in its own pixels, between pixels linearly; outside it, its edge. */
export function sampleTexture({ side, shares }: Texture, x: number, y: number): number {
  const clampedX = Math.min(side - 1.001, Math.max(0, x));
  const clampedY = Math.min(side - 1.001, Math.max(0, y));
  const column = clampedX | 0;
  const row = clampedY | 0;
  const rightShare = clampedX - column;
  const index = row * side + column;
  const above = shares[index]! + (shares[index + 1]! - shares[index]!) * rightShare;
  const belowLeft = shares[index + side]!;
  const below = belowLeft + (shares[index + side + 1]! - belowLeft) * rightShare;
  return above + (below - above) * (clampedY - row);
}

/** u and v run from 0 to 1 across the texture. */
type Share = (u: number, v: number) => number;

function sharesOf(kind: TextureKind, stream: Random): Share {
  const angle = 2 * Math.PI * stream.float();
  const period = 0.1 + 0.23 * stream.float();
  const phase = stream.float();
  const along = (u: number, v: number) => (u - 0.5) * Math.cos(angle) + (v - 0.5) * Math.sin(angle);
  const across = (u: number, v: number) => (v - 0.5) * Math.cos(angle) - (u - 0.5) * Math.sin(angle);
  const wave = (distance: number) => 0.5 + 0.5 * Math.sin(2 * Math.PI * (distance / period + phase));
  switch (kind) {
    case 'flat':
      return () => 0.5;
    case 'gradient':
      return (u, v) => Math.min(1, Math.max(0, 0.5 + along(u, v)));
    case 'stripes':
      return (u, v) => sharpened(wave(along(u, v)));
    case 'checks':
      return (u, v) => sharpened(0.5 + 2 * (wave(along(u, v)) - 0.5) * (wave(across(u, v)) - 0.5));
    case 'clouds':
      return clouds(stream);
    case 'dots':
      return (u, v) => sharpened(2 * wave(along(u, v)) * wave(across(u, v)) - 0.2);
  }
}

/** Steepens a wave to a band with soft edges. */
function sharpened(value: number): number {
  return Math.min(1, Math.max(0, 0.5 + 4 * (value - 0.5)));
}

/** Value noise (Perlin 1985's lattice with values instead of gradients) in three octaves. */
function clouds(stream: Random): Share {
  const octaves = [5, 10, 20].map((cells, octave) => ({
    noise: valueNoise(cells, stream),
    weight: 0.5 ** octave,
  }));
  const total = octaves.reduce((sum, { weight }) => sum + weight, 0);
  return (u, v) => octaves.reduce((sum, { noise, weight }) => sum + weight * noise(u, v), 0) / total;
}

/** Random values on a lattice of `cells` x `cells`, joined smoothly. */
function valueNoise(cells: number, stream: Random): Share {
  const values = Float32Array.from({ length: (cells + 1) ** 2 }, () => stream.float());
  const smooth = (share: number) => share * share * (3 - 2 * share);
  return (u, v) => {
    const column = Math.min(cells - 1, Math.floor(u * cells));
    const row = Math.min(cells - 1, Math.floor(v * cells));
    const index = row * (cells + 1) + column;
    const right = smooth(u * cells - column);
    const above = values[index]! + (values[index + 1]! - values[index]!) * right;
    const belowLeft = values[index + cells + 1]!;
    const below = belowLeft + (values[index + cells + 2]! - belowLeft) * right;
    return above + (below - above) * smooth(v * cells - row);
  };
}
