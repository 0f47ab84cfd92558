import { type Random, random } from '../../random.js';
import type { Example } from '../dataset.js';
import { NO_CLASS } from '../dataset.js';
import { DIGIT_SIDE } from './centre-by-mass.js';
import type { GlyphPoint, GlyphStroke } from './digit-glyphs.js';
import { drawHand } from './hand.js';
import { inkImage } from './ink-image.js';
import { smooth } from './smooth.js';

/** The name by which they are asked for in place of a folder. */
export const SCRIBBLES = 'scribbles';

/**
 * Signs that are no digits, in MNIST's form: one to four strokes, each an arc, a line or a curve through points that are
 * drawn at random, slanted and bent as digits are by the hands that write them. The two parts share no random number.
 */
export function scribbles(
  part: 'train' | 'test',
  { count, seed }: { count: number; seed: number },
): Example[] {
  const stream = random(seed, SCRIBBLES, part);
  return Array.from({ length: count }, (_, index) => {
    const id = `${SCRIBBLES}/${part}/${index}`;
    return {
      id,
      path: `${SCRIBBLES} (${part} ${index})`,
      label: NO_CLASS,
      group: id,
      image: drawScribble(stream),
    };
  });
}

const MOST_STROKES = 4;
/** Of strokes after the first, those that begin on an earlier one, as most of a letter's do. */
const JOINED = 0.75;
/** Of scribbles, those of letters' kind, whose points are at edges and in the middle. */
const UPRIGHT = 0.5;
/** Of scribbles, those as tall or wide as MNIST's digits; the others are smaller. */
const FULL = 0.6;
const LEAST_SIDE = 13;
/** In pixels, of a fine pen to that of a bold font. */
const [LEAST_RADIUS, MOST_RADIUS] = [0.7, 2];

/** uint8 [28, 28]. */
function drawScribble(stream: Random): Uint8Array {
  const hand = drawHand(stream);
  const isUpright = stream.float() < UPRIGHT;
  const strokes: GlyphStroke[] = [];
  for (let left = stream.integer(1, MOST_STROKES + 1); left > 0; left--) {
    const stroke = drawStroke(stream, isUpright);
    const isJoined = strokes.length > 0 && stream.float() < JOINED;
    strokes.push(isJoined ? movedTo(stream.pick(stream.pick(strokes)), stroke) : stroke);
  }
  const radius = LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * stream.float();
  const side = stream.float() < FULL ? DIGIT_SIDE : stream.integer(LEAST_SIDE, DIGIT_SIDE);
  return inkImage(
    strokes.map((stroke) => stroke.map(hand.deform)),
    { radiusAt: () => radius, side },
  );
}

function drawStroke(stream: Random, isUpright: boolean): GlyphStroke {
  const kind = stream.float();
  if (kind < 0.25) return arc(stream, isUpright);
  const point = () => drawPoint(stream, isUpright);
  if (kind < 0.65) return line(point(), { to: point(), stream });
  const points = Array.from({ length: stream.integer(3, 6) }, point);
  const isSmooth = stream.float() < 0.6;
  // A point given twice is a corner.
  return smooth(isSmooth ? points : points.flatMap((corner) => [corner, corner]));
}

function drawPoint(stream: Random, isUpright: boolean): GlyphPoint {
  const [x, y] = [stream.float(), stream.float()];
  return isUpright ? { x: Math.round(2 * x) / 2, y: Math.round(2 * y) / 2 } : { x, y };
}

const ARC_POINTS = 16;

/** A quarter of an ellipse to the whole, either way round. */
function arc(stream: Random, isUpright: boolean): GlyphStroke {
  const centre = drawPoint(stream, false);
  const [across, down] = [0.15 + 0.4 * stream.float(), 0.15 + 0.4 * stream.float()];
  const turn = isUpright ? stream.integer(0, 4) / 4 : stream.float();
  const length = (0.25 + 0.75 * stream.float()) * (stream.float() < 0.5 ? 1 : -1);
  return Array.from({ length: ARC_POINTS }, (_, index) => {
    const angle = 2 * Math.PI * (turn + (length * index) / (ARC_POINTS - 1));
    return { x: centre.x + across * Math.cos(angle), y: centre.y + down * Math.sin(angle) };
  });
}

/** A line, three of ten upright and three level. */
function line(from: GlyphPoint, { to, stream }: { to: GlyphPoint; stream: Random }): GlyphStroke {
  const way = stream.float();
  if (way < 0.3) return smooth([from, { x: from.x, y: to.y }]);
  return smooth([from, way < 0.6 ? { x: to.x, y: from.y } : to]);
}

/** So that it begins at a point. */
function movedTo({ x, y }: GlyphPoint, stroke: GlyphStroke): GlyphStroke {
  const [first] = stroke;
  return stroke.map((point) => ({ x: point.x + x - first!.x, y: point.y + y - first!.y }));
}
