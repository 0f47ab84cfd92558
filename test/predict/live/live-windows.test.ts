import { describe, expect, it } from 'vitest';
import { framesSchema } from '../../../src/inputs/video/frames-schema.js';
import { planPairs } from '../../../src/media/pairs.js';
import { sampleFrames, type Timeline } from '../../../src/media/sampling.js';
import { windowsOf } from '../../../src/predict/batch/windows.js';
import { LiveWindows } from '../../../src/predict/live/live-windows.js';
import { random } from '../../../src/random.js';

function inputOf(changes: object) {
  return framesSchema.parse({
    kind: 'frames',
    sampling: { kind: 'uniform', frames: 4 },
    preprocessing: { size: 32, fit: 'squash', kernel: 'linear' },
    encoder: { architecture: 'mobilenet-v1', alpha: 0.25, weights: 'scratch' },
    ...changes,
  });
}

/** A source whose frames are their numbers: which of them each window reads, and what was encoded. */
async function watchFrames(
  times: readonly number[],
  { input, windowing }: { input: ReturnType<typeof inputOf>; windowing: Parameters<typeof windowsOf>[1] },
) {
  const encoded: string[] = [];
  const windows = new LiveWindows(input, {
    windowing,
    encode: async ({ pixels, partner }) => {
      encoded.push([...pixels, ...(partner ?? [])].join(' '));
      return Float32Array.of(...pixels, ...(partner ?? []));
    },
  });
  const whole = [
    ...times.flatMap((timeSeconds, index) =>
      windows.take({ timeSeconds, isKeyframe: index % 5 === 0, pixels: Uint8Array.of(index) }),
    ),
    ...windows.end(),
  ];
  const read = await Promise.all(
    whole.map(async ({ startSeconds, endSeconds, timesteps }) => ({
      span: [startSeconds, endSeconds],
      frames: await Promise.all(timesteps.map(async ({ features }) => [...(await features)!].join(' '))),
    })),
  );
  return { read, encoded };
}

/** The same of a file, as a batch reads it. */
function readFile(
  times: readonly number[],
  { input, windowing }: { input: ReturnType<typeof inputOf>; windowing: Parameters<typeof windowsOf>[1] },
) {
  const durationSeconds = times.at(-1)! + (times.at(-1)! - times.at(-2)!);
  const timeline: Timeline = {
    startSeconds: Float64Array.from(times),
    isKeyframe: times.map((_, index) => index % 5 === 0),
    durationSeconds,
  };
  const whole = windowsOf({ startSeconds: 0, endSeconds: durationSeconds }, windowing).filter(
    (span) => span.endSeconds - span.startSeconds > windowing.windowSeconds - 1e-6,
  );
  return whole.map((span) => {
    const chosen = sampleFrames(timeline, { sampling: input.sampling, span, seed: 0 });
    const frames = input.gap
      ? planPairs(timeline, { chosen, span, gap: input.gap }).pairs.map((pair) => pair.join(' '))
      : chosen.map(String);
    return { span: [span.startSeconds, span.endSeconds], frames };
  });
}

const constant = (count: number, rate: number) => Array.from({ length: count }, (_, index) => index / rate);

describe('LiveWindows', () => {
  const difference = { streams: [{ kind: 'difference' }] };
  it.each([
    ['uniform sampling', {}],
    ['frames at a rate', { sampling: { kind: 'fps', framesPerSecond: 3, maxFrames: 5 } }],
    ['keyframes', { sampling: { kind: 'keyframes', maxFrames: 3 } }],
    ['partners by seconds', { ...difference, gap: { kind: 'seconds', seconds: 0.2 } }],
    ['partners by frames', { ...difference, gap: { kind: 'frames', frames: 2 } }],
  ])('read the same frames as those of a file: %s', async (_, changes) => {
    const input = inputOf(changes);
    for (const windowing of [
      { windowSeconds: 2, strideSeconds: 0.5 },
      { windowSeconds: 1, strideSeconds: 0.7 },
      { windowSeconds: 0.5, strideSeconds: 1.3 },
    ]) {
      for (const rate of [10, 25, 29.97]) {
        const times = constant(120, rate);
        const { read } = await watchFrames(times, { input, windowing });
        const file = readFile(times, { input, windowing });
        // The last window is there as soon as its frames are, and a file's is then shorter.
        expect(read.slice(0, file.length)).toEqual(file);
        expect(read.length - file.length).toBeLessThanOrEqual(1);
      }
    }
  });

  it('encode each frame that they read once, and no other', async () => {
    const windowing = { windowSeconds: 2, strideSeconds: 0.5 };
    const { read, encoded } = await watchFrames(constant(300, 30), { input: inputOf({}), windowing });
    expect(new Set(encoded).size).toBe(encoded.length);
    expect(encoded.toSorted()).toEqual([...new Set(read.flatMap(({ frames }) => frames))].toSorted());
    // Two a second, of 30.
    expect(encoded.length).toBeLessThan(25);
  });

  it('are whole as soon as their last frame has come, not when they end', async () => {
    const windowing = { windowSeconds: 2, strideSeconds: 2 };
    const windows = new LiveWindows(inputOf({}), { windowing, encode: async () => Float32Array.of(0) });
    const whole = constant(30, 10).filter(
      (timeSeconds) => windows.take({ timeSeconds, isKeyframe: true, pixels: Uint8Array.of(0) }).length > 0,
    );
    // It looks at 1.75 s, when the frame of 1.7 s is on screen.
    expect(whole).toEqual([1.7]);
  });

  it('take the frame that is on screen where frames come as they like', async () => {
    const stream = random(1, 'times');
    let time = 0;
    // Some far apart, as of a camera in the dark.
    const times = [
      0,
      ...Array.from({ length: 200 }, () => (time += stream.float() < 0.1 ? 0.6 : 0.05 + 0.001)),
    ];
    const windowing = { windowSeconds: 2, strideSeconds: 0.5 };
    const { read } = await watchFrames(times, { input: inputOf({}), windowing });
    const file = readFile(times, { input: inputOf({}), windowing });
    expect(read.map(({ span }) => span)).toEqual(file.map(({ span }) => span));
    const near = read.flatMap(({ frames }, index) =>
      frames.map((frame, at) => Math.abs(Number(frame) - Number(file[index]!.frames[at]))),
    );
    expect(Math.max(...near)).toBeLessThanOrEqual(1);
  });
});
