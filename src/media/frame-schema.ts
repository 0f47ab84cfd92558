import * as z from 'zod';

/** Which frames of a clip are read. Times are seconds from the clip's start; see media/sampling.ts. */
export const samplingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('uniform').describe('frames at the centres of equal spans of the clip'),
    frames: z.int().min(1).max(1024).describe('how many'),
  }),
  z.strictObject({
    kind: z.literal('segments').describe('one random frame from each of equal spans; for training'),
    frames: z.int().min(1).max(1024).describe('how many'),
  }),
  z.strictObject({
    kind: z.literal('fps').describe('frames at a fixed rate'),
    framesPerSecond: z.number().positive().max(240).describe('how many a second'),
    maxFrames: z.int().min(1).max(4096).describe('most that are read of a clip, from its start'),
  }),
  z.strictObject({
    kind: z.literal('keyframes').describe('the frames that the codec stored whole'),
    maxFrames: z.int().min(1).max(4096).describe('most that are read of a clip, from its start'),
  }),
]);

/** Side in pixels of the square picture that an encoder reads. */
export const sizeSchema = z.int().min(32).max(224);

/** How a frame becomes the encoder's square input. The same in training and prediction: bundles keep it. */
export const preprocessingSchema = z.strictObject({
  size: sizeSchema.describe('side of the square in pixels; pretrained encoders want 224'),
  fit: z.enum(['resize', 'squash']).describe('resize: short side, then centre crop; squash: both sides'),
  kernel: z.enum(['linear', 'cubic', 'lanczos3']).describe('resampling kernel'),
});

export const gapSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('frames').describe('counted in frames of the clip'),
      frames: z.int().min(1).max(1000).describe('how many later'),
    }),
    z.strictObject({
      kind: z.literal('seconds').describe('counted in seconds'),
      seconds: z.number().positive().max(60).describe('how much later'),
    }),
  ])
  .describe('from a frame to the later one that difference and flow compare it with');

export type Sampling = z.infer<typeof samplingSchema>;
export type Preprocessing = z.infer<typeof preprocessingSchema>;

/** How much later a frame's partner is: so many frames of the clip's own, or what is on screen then. */
export type PairGap = z.infer<typeof gapSchema>;
