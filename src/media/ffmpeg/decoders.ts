import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinary } from './binaries.js';

/**
 * Of codecs for which ffmpeg has several decoders, the one that does better with damage, in the same time. That of VP9
 * notices where a frame's coded data ends too soon, and ffmpeg's own nearly never does. That of VP8 notices no more, but
 * shows the same wherever decoding begins.
 */
const WATCHFUL: Readonly<Record<string, string>> = { vp8: 'libvpx', vp9: 'libvpx-vp9' };

/** How the frames of a video are coded, as far as it matters to how ffmpeg is to decode them. */
export interface Coding {
  /** As ffmpeg names it, such as `vp9`; undefined where it knows none. */
  readonly codec: string | undefined;
  /** Whether the decoder is to hold no frame back for others that are shown before it. */
  readonly isImmediate: boolean;
}

/**
 * Input options by which no frame is lost, and damage is seen that would otherwise be concealed: the watchful decoder, and
 * checksums that an encoder has stored, such as H.265's picture hashes.
 *
 * @throws UserError `missing_tool`.
 */
export async function decoderOptions({ codec = '', isImmediate }: Coding): Promise<string[]> {
  const decoder = WATCHFUL[codec];
  return [
    ...['-err_detect', 'crccheck'],
    ...(decoder !== undefined && (await hasDecoder(decoder)) ? ['-c:v', decoder] : []),
    // Otherwise a frame waits in the decoder for the next one, and is forgotten where the size changes before.
    ...(isImmediate ? ['-flags', 'low_delay'] : []),
  ];
}

/**
 * What a decoder's threads leave unset in a frame whose data end too soon differs from run to run, and so do all frames that
 * refer to it. Other decoders complain of such a frame; of most in H.265 nobody does.
 *
 * @param threads undefined: as many as ffmpeg thinks fit.
 */
export const threadsOf = ({ codec }: Coding, threads: number | undefined): number | undefined =>
  codec === 'hevc' ? 1 : threads;

const asked = new Map<string, Promise<boolean>>();

async function hasDecoder(decoder: string): Promise<boolean> {
  const { path } = await findBinary('ffmpeg');
  const key = `${path}\n${decoder}`;
  let answer = asked.get(key);
  if (!answer) {
    answer = promisify(execFile)(path, ['-hide_banner', '-h', `decoder=${decoder}`], {
      timeout: ANSWER_MILLISECONDS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    }).then(
      ({ stdout }) => stdout.startsWith('Decoder '),
      () => false,
    );
    asked.set(key, answer);
  }
  return answer;
}

const ANSWER_MILLISECONDS = 10_000;
