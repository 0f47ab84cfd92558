import * as z from 'zod';

/**
 * How many views a clip has where chance decides what of it is read. Epochs take them in turn, so that each is
 * decoded and encoded once.
 */
export const DEFAULT_VIEWS = 4;

const share = z.number().min(0).max(1);

/** How far a factor may be from 1. */
const strength = z.number().min(0).max(1).default(0);

/** The same for all frames of a clip, drawn for each of its views; see inputs/video/view.ts. Training only. */
export const augmentationSchema = z.strictObject({
  views: z
    .int()
    .min(1)
    .max(1000)
    .default(DEFAULT_VIEWS)
    .describe('of each clip; epochs take them in turn, and each is decoded and encoded once'),
  flip: share.optional().describe('share of the views that are mirrored'),
  crop: z
    .number()
    .min(0.1)
    .max(1)
    .optional()
    .describe('smallest side of the square that is cut out and enlarged again, as a share of the picture'),
  colour: z
    .strictObject({
      brightness: strength.describe('of the whole picture'),
      contrast: strength.describe('around middle grey'),
      saturation: strength.describe("around each pixel's own grey"),
    })
    .optional()
    .describe('how far each of these factors may be from 1'),
  timeJitter: z
    .number()
    .min(0)
    .max(0.5)
    .optional()
    .describe('how far each sampled time may move, as a share of the interval between two'),
  speed: z
    .tuple([z.number().min(0.1), z.number().max(10)])
    .refine(([slowest, fastest]) => slowest <= fastest, { message: 'must be [slowest, fastest]' })
    .optional()
    .describe('1 is as recorded; 0.5 spreads the frames over half of the clip, somewhere in it'),
  reverse: share.optional().describe('share of the views that are played backwards'),
});

export type Augmentation = z.infer<typeof augmentationSchema>;
