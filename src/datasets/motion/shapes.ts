import type { MotionKind } from './classes.js';
import {
  both,
  box,
  capsule,
  type Distance,
  disc,
  either,
  polygon,
  regularPolygon,
  shifted,
  star,
  wedge,
  without,
} from './distances.js';

/** An object of a clip, as outlines within a circle of radius 1 around the origin, y pointing down. */
export interface Shape {
  readonly name: string;
  /** What is painted, first to last. `opening` runs from 0 (shut) to 1; only shapes that open heed it. */
  layers(opening: number): readonly Layer[];
}

export interface Layer {
  readonly distance: Distance;
  /** Which of the object's two pairs of colours it has. */
  readonly colours: 'main' | 'accent';
}

/** The shapes that show a motion. */
export function shapesFor(motion: MotionKind): readonly Shape[] {
  switch (motion) {
    case 'rotation':
      return TURNING_SHAPES;
    case 'opening':
      return OPENING_SHAPES;
    case 'scale':
    case 'brightness':
      return SOLID_SHAPES;
  }
}

const main = (distance: Distance): Layer => ({ distance, colours: 'main' });
const accent = (distance: Distance): Layer => ({ distance, colours: 'accent' });
const still = (name: string, ...layers: Layer[]): Shape => ({ name, layers: () => layers });

/** Seen alike from many sides, so that nothing but their size or brightness changes. */
const SOLID_SHAPES: readonly Shape[] = [
  still('disc', main(disc(0, 0, 1))),
  still('square', main(box(0.8, 0.8, 0.05))),
  still('rounded box', main(box(0.92, 0.62, 0.25))),
  still('triangle', main(regularPolygon(3))),
  still('hexagon', main(regularPolygon(6))),
  still('star', main(star(5, 0.45))),
  still('cross', main(either(box(0.95, 0.3, 0), box(0.3, 0.95, 0)))),
  still('ring', main(without(disc(0, 0, 1), disc(0, 0, 0.55)))),
  still('target', main(disc(0, 0, 1)), accent(disc(0, 0, 0.5))),
];

/** A dark part on the side of positive x, so that no turn of less than 360 degrees carries the shape into itself. */
const TURNING_SHAPES: readonly Shape[] = [
  still('dial', main(disc(0, 0, 1)), accent(capsule([0.1, 0], [0.7, 0], 0.25))),
  still('half and half', main(disc(0, 0, 1)), accent(both(disc(0, 0, 1), (x) => -x))),
  still('sector', main(disc(0, 0, 1)), accent(both(disc(0, 0, 0.92), wedge(Math.PI / 4)))),
  still('spot', main(box(0.8, 0.8, 0.1)), accent(disc(0.35, 0, 0.38))),
  still('flag', main(box(0.95, 0.6, 0)), accent(shifted(box(0.4, 0.6, 0), 0.55, 0))),
  still('club', main(capsule([-0.8, 0], [0.5, 0], 0.22)), accent(disc(0.55, 0, 0.42))),
  still(
    'arrow',
    main(shifted(box(0.6, 0.26, 0), -0.35, 0)),
    accent(
      polygon([
        [1, 0],
        [0.1, 0.75],
        [0.1, -0.75],
      ]),
    ),
  ),
];

/** Widest half angle of a mouth: below a right angle, as `wedge` demands. */
const MOUTH_RADIANS = 1.3;
/** Slats across a blind; few, so that each is some pixels wide in a small frame. */
const SLATS = 4;

const OPENING_SHAPES: readonly Shape[] = [
  {
    name: 'mouth',
    layers: (opening) => [main(without(disc(0, 0, 1), wedge(opening * MOUTH_RADIANS)))],
  },
  {
    name: 'iris',
    layers: (opening) => [main(disc(0, 0, 1)), accent(disc(0, 0, 0.9 * opening))],
  },
  {
    name: 'square iris',
    layers: (opening) => [main(box(0.8, 0.8, 0)), accent(box(0.72 * opening, 0.72 * opening, 0))],
  },
  {
    name: 'sliding doors',
    layers: (opening) => [main(box(0.75, 0.9, 0)), accent(box(0.7 * opening, 0.82, 0))],
  },
  {
    name: 'shutter',
    layers: (opening) => [
      main(box(0.85, 0.85, 0)),
      accent(shifted(box(0.75, 0.78 * opening, 0), 0, 0.78 * (1 - opening))),
    ],
  },
  {
    name: 'blind',
    layers: (opening) => [main(box(0.85, 0.85, 0)), accent(both(box(0.78, 0.85, 0), slats(opening)))],
  },
];

/** Bands across y that fill `share` of it. */
function slats(share: number): Distance {
  const pitch = (2 * 0.85) / SLATS;
  return (_, y) => {
    const fromBandCentre = Math.abs(((y + 0.85) % pitch) - pitch / 2);
    return fromBandCentre - (share * pitch) / 2;
  };
}
