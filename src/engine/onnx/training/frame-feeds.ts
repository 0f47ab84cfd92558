import type { FrameBatch } from '../../../inputs/batches.js';
import type { Feed } from '../session.js';

type Lengths = Pick<FrameBatch, 'lengths' | 'timesteps'>;

/** uint8 [batch x timesteps, size, size, 3]: a batch's frames, zeros after its sequences and timesteps. */
export function paddedFrames(batch: FrameBatch, shape: { batch: number; timesteps: number }): Feed {
  const { data, lengths, timesteps } = batch;
  const { frameBytes, size } = frameOf(batch);
  const frames = shape.batch * shape.timesteps;
  const feedShape = [frames, size, size, 3];
  if (frames === lengths.length * timesteps && timesteps === shape.timesteps)
    return { data, shape: feedShape };
  const padded = new Uint8Array(frames * frameBytes);
  lengths.forEach((length, row) => {
    const start = row * timesteps * frameBytes;
    padded.set(data.subarray(start, start + length * frameBytes), row * shape.timesteps * frameBytes);
  });
  return { data: padded, shape: feedShape };
}

/** The same with zeros after the first axis, up to that many rows. */
export function padRows({ data, shape: [rows = 0, ...rest] }: Feed, wanted: number): Feed {
  const shape = [wanted, ...rest];
  if (rows === wanted) return { data, shape };
  const length = (data.length / rows) * wanted;
  if (data instanceof Float32Array) return { data: filled(new Float32Array(length), data), shape };
  if (data instanceof Int32Array) return { data: filled(new Int32Array(length), data), shape };
  return { data: filled(new Uint8Array(length), data), shape };
}

export interface Frames {
  /** uint8 RGB, one frame after the other. */
  readonly data: Uint8Array;
  readonly frameBytes: number;
  /** Side of a frame in pixels. */
  readonly size: number;
}

/** The valid frames of a batch, one sequence after the other. */
export function validFrames(batch: FrameBatch): Frames {
  const { data, lengths, timesteps } = batch;
  const frame = frameOf(batch);
  if (lengths.every((length) => length === timesteps)) return { data, ...frame };
  const sequences = Array.from(lengths, (length, row) => {
    const start = row * timesteps * frame.frameBytes;
    return data.subarray(start, start + length * frame.frameBytes);
  });
  return { data: Buffer.concat(sequences), ...frame };
}

/** Parts of as many frames each, the last filled up with zeros. */
export function inParts({ data, frameBytes, size }: Frames, framesPerPart: number): Feed[] {
  const bytes = framesPerPart * frameBytes;
  return Array.from({ length: Math.ceil(data.length / bytes) }, (_, index): Feed => {
    const part = data.subarray(index * bytes, (index + 1) * bytes);
    const whole = part.length === bytes ? part : filled(new Uint8Array(bytes), part);
    return { data: whole, shape: [framesPerPart, size, size, 3] };
  });
}

/** Features of valid frames in parts [framesPerPart, width] -> [batch, timesteps, width], zeros elsewhere. */
export function placeFeatures(
  parts: readonly Float32Array[],
  batch: Lengths,
  width: number,
): { data: Float32Array; shape: number[] } {
  const { lengths, timesteps } = batch;
  const data = new Float32Array(lengths.length * timesteps * width);
  const framesPerPart = (parts[0]?.length ?? 0) / width;
  forEachFrame(batch, (frame, place) => {
    const row = frame % framesPerPart;
    const part = parts[Math.floor(frame / framesPerPart)]!;
    data.set(part.subarray(row * width, (row + 1) * width), place * width);
  });
  return { data, shape: [lengths.length, timesteps, width] };
}

/** The reverse of placeFeatures, with zeros for the frames that the last part was filled up with. */
export function takeFeatures(
  data: Float32Array,
  batch: Lengths,
  { width, framesPerPart }: { width: number; framesPerPart: number },
): Feed[] {
  const frames = batch.lengths.reduce((total, length) => total + length, 0);
  const parts = Array.from(
    { length: Math.ceil(frames / framesPerPart) },
    () => new Float32Array(framesPerPart * width),
  );
  forEachFrame(batch, (frame, place) => {
    const part = parts[Math.floor(frame / framesPerPart)]!;
    part.set(data.subarray(place * width, (place + 1) * width), (frame % framesPerPart) * width);
  });
  return parts.map((part) => ({ data: part, shape: [framesPerPart, width] }));
}

/** Each valid frame's number among these, and its place in the padded batch. */
function forEachFrame({ lengths, timesteps }: Lengths, visit: (frame: number, place: number) => void): void {
  let frame = 0;
  lengths.forEach((length, row) => {
    for (let time = 0; time < length; time++) visit(frame++, row * timesteps + time);
  });
}

function frameOf({ data, lengths, timesteps }: FrameBatch): { frameBytes: number; size: number } {
  const frameBytes = data.length / (lengths.length * timesteps);
  return { frameBytes, size: Math.sqrt(frameBytes / 3) };
}

function filled<T extends Float32Array | Int32Array | Uint8Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
