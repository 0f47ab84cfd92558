import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findBinary } from './binaries.js';

/**
 * Of codecs for which ffmpeg has several decoders, the one that does better with damage, in the same time. That of VP9
 * notices where a frame's coded data ends too soon, and ffmpeg's own nearly never does. That of VP8 notices no more, but
 * shows the same wherever decoding begins.
 */
const WATCHFUL: Readonly<Record<string, string>> = { vp8: 'libvpx', vp9: 'libvpx-vp9' };

/**
 * Input options by which damage is seen that would otherwise be concealed: the watchful decoder, and checksums that an
 * encoder has stored, such as H.265's picture hashes.
 *
 * @param codec as ffprobe names it; undefined where that is not known.
 * @throws UserError `missing_tool`.
 */
export async function watchfulOptions(codec: string | undefined): Promise<string[]> {
  const decoder = codec === undefined ? undefined : WATCHFUL[codec];
  const checked = ['-err_detect', 'crccheck'];
  return decoder !== undefined && (await hasDecoder(decoder)) ? [...checked, '-c:v', decoder] : checked;
}

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
