import type { Random } from '../../random.js';
import type { GlyphPoint } from './digit-glyphs.js';

/** How somebody writes one digit. */
export interface Hand {
  /** Moves a point of the skeleton, whose height is 1 and whose middle is at (0.5, 0.5). */
  readonly deform: (point: GlyphPoint) => GlyphPoint;
  /** Half the width of a stroke in pixels, by the share of the digit's pen points that went before. */
  readonly radiusAt: (share: number) => number;
}

/** Ranges as wide as they can be while a person still reads nearly every digit. */
export function drawHand(stream: Random): Hand {
  const wobble = drawWobble(stream);
  const aspect = Math.exp(0.25 * stream.normal());
  const slant = 0.12 + 0.26 * stream.normal();
  const angle = 0.1 * stream.normal();
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const radius = 0.7 + 1.1 * stream.float();
  const unevenness = 0.25 * stream.float();
  const [cycles, phase] = [1 + 2 * stream.float(), 2 * Math.PI * stream.float()];
  return {
    deform: (point) => {
      const { x, y } = wobble(point);
      const across = aspect * (x - 0.5) - slant * (y - 0.5);
      const down = y - 0.5;
      return { x: across * cosine - down * sine, y: across * sine + down * cosine };
    },
    radiusAt: (share) => radius * (1 + unevenness * Math.sin(2 * Math.PI * cycles * share + phase)),
  };
}

/** Waves of the whole plane, so that strokes that meet still meet. */
function drawWobble(stream: Random): Hand['deform'] {
  const waves = Array.from({ length: 4 }, () => ({
    alongX: 0.9 * stream.normal(),
    alongY: 0.9 * stream.normal(),
    phase: 2 * Math.PI * stream.float(),
    byX: 0.06 * stream.normal(),
    byY: 0.06 * stream.normal(),
  }));
  return ({ x, y }) => {
    let [movedX, movedY] = [x, y];
    for (const wave of waves) {
      const height = Math.sin(Math.PI * (wave.alongX * x + wave.alongY * y) + wave.phase);
      movedX += wave.byX * height;
      movedY += wave.byY * height;
    }
    return { x: movedX, y: movedY };
  };
}
