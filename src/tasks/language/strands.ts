import type { TokenBatch } from '../../inputs/batches.js';
import type { TokenStream } from '../../inputs/text/token-stream.js';

/** A stretch of every strand, and the tokens that follow each of its own. */
export interface Stretch {
  readonly batch: TokenBatch;
  /** int32 [strands, timesteps]: the next token each. */
  readonly targets: Int32Array;
}

/** A stream of tokens, cut to be read by a network that keeps its states between stretches. */
export interface Strands {
  /** How many stretches there are. */
  readonly count: number;
  /** The tokens that all of them together ask for. */
  readonly tokens: number;
  /** @param index from 0: in this order, each goes on where the one before it ended. */
  stretch(index: number): Stretch;
}

/**
 * Cuts a stream into strands of equal length, read side by side, and these into stretches (Zaremba et al. 2014). What is
 * left at the end, fewer tokens than there are strands, is not read.
 *
 * @param options.timesteps of a stretch.
 * @param options.isWhole whether a last stretch of fewer timesteps is left out, so that all are as long.
 */
export function strandsOf(
  stream: TokenStream,
  options: { strands: number; timesteps: number; isWhole: boolean },
): Strands {
  const { strands, timesteps, isWhole } = options;
  const length = Math.max(0, Math.floor((stream.length - 1) / strands));
  const count = isWhole ? Math.floor(length / timesteps) : Math.ceil(length / timesteps);
  return {
    count,
    tokens: strands * Math.min(length, count * timesteps),
    stretch: (index) => {
      const start = index * timesteps;
      const width = Math.min(timesteps, length - start);
      const data = new Int32Array(strands * width);
      const targets = new Int32Array(strands * width);
      for (let strand = 0; strand < strands; strand++) {
        const from = strand * length + start;
        data.set(stream.subarray(from, from + width), strand * width);
        targets.set(stream.subarray(from + 1, from + 1 + width), strand * width);
      }
      const lengths = new Int32Array(strands).fill(width);
      return { batch: { kind: 'tokens', data, lengths, timesteps: width }, targets };
    },
  };
}
