import type { UserError } from '../../errors.js';

/** A clip of a batch, not opened yet, or a text. JSON can say it, so that a list may lie on the disk. */
export interface BatchClip {
  readonly id: string;
  /**
   * Absolute path of a video, an image or a folder of frames; of the file that a text stands in; or an address without
   * what may be secret in it.
   */
  readonly path: string;
  /** The whole of an address, by which it is fetched. */
  readonly address?: string | undefined;
  /** The text itself; absent for a clip. */
  readonly text?: string | undefined;
  readonly truth?: string | undefined;
  /** The part that is meant; the whole when absent. */
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
  /** Why it cannot be read, where the listing has found that out. */
  readonly problem?: Problem | undefined;
}

/** What a UserError says. */
export type Problem = Pick<UserError, 'code' | 'problem' | 'fix'>;

/** What a batch lists: videos and folders of frames, videos and single images, or texts. */
export const CLIP_KINDS = ['clips', 'images', 'texts'] as const;
export type ClipKind = (typeof CLIP_KINDS)[number];
