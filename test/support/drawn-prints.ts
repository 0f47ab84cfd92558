import { type FramePrint, framePrintOf } from '../../src/evaluate/frame-print.js';
import type { PrintedClip } from '../../src/evaluate/near-copies.js';
import { type Random, random } from '../../src/random.js';

const [ROWS, COLUMNS] = [8, 9];
const FRAMES = 8;
const WAVES = 8;

/** Of a hundred clips, so many show another one again, compressed or brightened. */
const COPIES_PERCENT = 4;
/** Of a hundred clips, so many begin with the same title. */
const TITLED_PERCENT = 30;

/**
 * Clips as the search for leaks compares them, their thumbnails drawn: a smooth background, and something smooth that
 * moves before it. Three quarters are of the training part, the others of the test part.
 */
export function drawPrints(count: number, seed: number): PrintedClip[] {
  const stream = random(seed, 'prints');
  const title = drawScene(stream)(0);
  const scenes: Array<(frame: number) => Float64Array> = [];
  for (let index = 0; index < count; index++) {
    const isCopy = index > 0 && stream.integer(0, 100) < COPIES_PERCENT;
    scenes.push(isCopy ? changed(stream.pick(scenes), stream) : drawScene(stream));
  }
  return scenes.map((scene, index) => {
    const hasTitle = stream.integer(0, 100) < TITLED_PERCENT;
    const frames = Array.from({ length: FRAMES }, (_, frame) =>
      printOf(hasTitle && frame === 0 ? title : scene(frame), stream),
    );
    return {
      content: `${index}`,
      part: stream.integer(0, 4) < 3 ? 'train' : 'test',
      frames: frames.flatMap((frame) => frame ?? []),
    };
  });
}

/** Levels of the cells of each frame. */
function drawScene(stream: Random): (frame: number) => Float64Array {
  const background = drawWaves(stream, 60)(0);
  const foreground = drawWaves(stream, 20);
  const speed = 0.3 * stream.normal();
  return (frame) => {
    const moved = foreground(speed * frame);
    return background.map((level, index) => 110 + level + moved[index]!);
  };
}

/** Waves of unlike directions and colours, shifted to the right: the shorter a wave, the lower, as in photographs. */
function drawWaves(stream: Random, height: number): (shift: number) => Float64Array {
  const waves = Array.from({ length: WAVES }, (_, index) => {
    const [direction, frequency] = [2 * Math.PI * stream.float(), 0.3 * (index + 1)];
    return {
      row: frequency * Math.sin(direction),
      column: frequency * Math.cos(direction),
      phase: 2 * Math.PI * stream.float(),
      colour: Array.from({ length: 3 }, () => (0.5 + stream.float()) / (index + 1)),
    };
  });
  return (shift) => {
    const levels = new Float64Array(ROWS * COLUMNS * 3);
    for (let cell = 0; cell < ROWS * COLUMNS; cell++) {
      const [row, column] = [Math.floor(cell / COLUMNS), (cell % COLUMNS) - shift];
      for (const wave of waves) {
        const level = height * Math.sin(wave.row * row + wave.column * column + wave.phase);
        for (const [channel, share] of wave.colour.entries()) levels[3 * cell + channel]! += level * share;
      }
    }
    return levels;
  };
}

function changed(scene: (frame: number) => Float64Array, stream: Random) {
  const brighter = 4 * stream.normal();
  return (frame: number) => scene(frame).map((level) => level + brighter);
}

/** With what compression changes. */
function printOf(levels: Float64Array, stream: Random): FramePrint | null {
  return framePrintOf(Uint8Array.from(new Uint8ClampedArray(levels.map((level) => level + stream.normal()))));
}
