import type { Packet } from '../packet-index.js';

/** Where packets are lost or lack a part, by when they are decoded, in seconds as ffprobe gives them. */
export interface Losses {
  /** Of packets of which a part is missing or wrong. */
  readonly within: ReadonlySet<number>;
  /** Of packets before which others are missing. */
  readonly before: ReadonlySet<number>;
  /** Of all packets that there are, where an older ffmpeg gives others, too, made of what is wrong. */
  readonly given?: ReadonlySet<number> | undefined;
  /** Set where the end is missing, with the frames that there should be, as far as the file says. */
  readonly cutOff?: { readonly declaredFrames: number | null } | undefined;
  /** How many packets are missing before one, by its place in the file, where times do not say so; their number after the last one. */
  readonly missing?: ReadonlyArray<{ readonly packet: number; readonly count: number }> | undefined;
  /** Whether another film of the same kind follows, of which ffmpeg reads nothing. */
  readonly isFollowed?: boolean;
}

/** A video's packets in the order of the file, where each begins in it, never falling, and how many bytes it has. */
export interface LocatedPackets {
  readonly packets: readonly Packet[];
  readonly starts: ArrayLike<number>;
  readonly bytes: ArrayLike<number>;
}
