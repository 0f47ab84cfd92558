import type { Example } from '../datasets/dataset.js';
import { UserError } from '../errors.js';
import type { Cache } from '../inputs/feature-cache.js';
import type { FramesInput } from '../inputs/video/frames-schema.js';
import { frameReader } from '../inputs/video/sequences.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { random } from '../random.js';
import type { QuantizeEvent } from './quantize-event.js';

/** Enough for the ranges to hold still; each costs a run of the encoder. */
const PICTURES = 128;

/**
 * Pictures of clips as the encoder reads them: drawn clips, of each as many pictures as it takes, drawn too.
 *
 * @returns uint8 RGB [count, size, size, 3], count being PICTURES or, of few and short clips, fewer.
 * @throws UserError `bad_dataset` when none can be read.
 */
export async function readFrames(
  run: {
    input: FramesInput;
    seed: number;
    cache: Cache;
    onEvent: (event: QuantizeEvent) => void;
    signal?: AbortSignal | undefined;
  },
  examples: readonly Example[],
): Promise<Uint8Array> {
  const { input, seed, cache, onEvent, signal } = run;
  const read = frameReader({ input, seed, cache, signal });
  const drawn = random(seed, 'quantize clips').shuffle(examples).slice(0, PICTURES);
  const pictureBytes = input.preprocessing.size ** 2 * 3;
  const picturesAClip = Math.ceil(PICTURES / drawn.length);
  const pictures: Uint8Array[] = [];
  for (const [index, example] of drawn.entries()) {
    try {
      const { data } = await read(example, 'evaluation');
      const places = [...Array(data.length / pictureBytes).keys()];
      for (const place of random(seed, 'quantize frames', example.id)
        .shuffle(places)
        .slice(0, picturesAClip)) {
        pictures.push(data.subarray(place * pictureBytes, (place + 1) * pictureBytes));
      }
    } catch (error) {
      if (!isFailureOfInput(error)) throw error;
      onEvent({ kind: 'skipped', path: example.path, problem: error.problem });
    }
    onEvent({ kind: 'reading', what: 'frames', done: index + 1, total: drawn.length });
  }
  if (pictures.length > 0) return Buffer.concat(pictures.slice(0, PICTURES));
  throw new UserError('bad_dataset', {
    problem: 'None of the clips of the training part can be read.',
    fix: 'Fix or replace the clips that were left out above.',
  });
}
