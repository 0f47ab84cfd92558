/**
 * Signed distance from an outline: negative inside it, positive outside; y points down. What it says off
 * the outline need not be exact, only of the right sign, since a pixel's coverage hangs on the last half
 * pixel alone.
 */
export type Distance = (x: number, y: number) => number;

export function disc(centreX: number, centreY: number, radius: number): Distance {
  return (x, y) => Math.sqrt((x - centreX) ** 2 + (y - centreY) ** 2) - radius;
}

/** A box of the given half width and half height, its corners rounded with a radius. */
export function box(halfWidth: number, halfHeight: number, rounding: number): Distance {
  return (x, y) => {
    const outX = Math.abs(x) - halfWidth + rounding;
    const outY = Math.abs(y) - halfHeight + rounding;
    const outside = Math.sqrt(Math.max(outX, 0) ** 2 + Math.max(outY, 0) ** 2);
    return outside + Math.min(Math.max(outX, outY), 0) - rounding;
  };
}

export type Point = readonly [x: number, y: number];

/** All points nearer than `radius` to the line from one point to the other. */
export function capsule(from: Point, to: Point, radius: number): Distance {
  const alongX = to[0] - from[0];
  const alongY = to[1] - from[1];
  const squaredLength = alongX ** 2 + alongY ** 2;
  return (x, y) => {
    const fromX = x - from[0];
    const fromY = y - from[1];
    const share = Math.min(1, Math.max(0, (fromX * alongX + fromY * alongY) / squaredLength));
    return Math.sqrt((fromX - share * alongX) ** 2 + (fromY - share * alongY) ** 2) - radius;
  };
}

/** The directions within `halfAngle` radians (below pi / 2) of the x axis. */
export function wedge(halfAngle: number): Distance {
  const cosine = Math.cos(halfAngle);
  const sine = Math.sin(halfAngle);
  return (x, y) => Math.abs(y) * cosine - x * sine;
}

export function regularPolygon(corners: number): Distance {
  return polygon(Array.from({ length: corners }, (_, corner) => onCircle(corner / corners, 1)));
}

export function star(points: number, innerRadius: number): Distance {
  const corners = Array.from({ length: 2 * points }, (_, corner) =>
    onCircle(corner / (2 * points), corner % 2 === 0 ? 1 : innerRadius),
  );
  return polygon(corners);
}

function onCircle(turn: number, radius: number): Point {
  return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];
}

/** Distance to the nearest edge, negative where a ray crosses the outline an odd number of times. */
export function polygon(corners: readonly Point[]): Distance {
  const edges = corners.map((corner, index) => {
    const next = corners[(index + 1) % corners.length]!;
    return { from: corner, to: next, distance: capsule(corner, next, 0) };
  });
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (const { from, to, distance } of edges) {
      nearest = Math.min(nearest, distance(x, y));
      const crosses = from[1] > y !== to[1] > y;
      if (crosses && x < from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0])) inside = !inside;
    }
    return inside ? -nearest : nearest;
  };
}

export function either(one: Distance, other: Distance): Distance {
  return (x, y) => Math.min(one(x, y), other(x, y));
}

export function both(one: Distance, other: Distance): Distance {
  return (x, y) => Math.max(one(x, y), other(x, y));
}

export function without(whole: Distance, part: Distance): Distance {
  return (x, y) => Math.max(whole(x, y), -part(x, y));
}

export function shifted(shape: Distance, byX: number, byY: number): Distance {
  return (x, y) => shape(x - byX, y - byY);
}
