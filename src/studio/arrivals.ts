import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { UserError } from '../errors.js';
import { isClipName } from '../media/clip-names.js';
import { cutVideo, remuxVideo } from '../media/ffmpeg/rewrite.js';
import { receiveBody } from '../serve/receive-body.js';
import type { Limits } from '../serve/serve-options.js';
import { isZip, unpackFrames } from '../serve/unpack-frames.js';
import type { StoredClip } from './clip-folder.js';

/** A file on the project's disk that is about to become a clip. */
export interface Arrival {
  readonly path: string;
  /** What the clip may be called. */
  readonly name: string;
}

interface Receiving {
  /** Folder of what is arriving. */
  readonly arriving: string;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/**
 * Takes in a clip that a browser recorded, and writes it anew so that it can be seeked in.
 *
 * @throws Refusal as receiveBody; UserError `unreadable` for what is no recording, `cannot_write` where there is no room.
 */
export async function receiveRecording(request: Request, receiving: Receiving): Promise<Arrival> {
  const isMp4 = /^video\/mp4/i.test(request.headers.get('content-type') ?? '');
  const container = isMp4 ? 'mp4' : 'webm';
  return withBody(request, receiving, async (body) => {
    const path = `${body}.${container}`;
    await remuxVideo({ source: body, target: path, container, signal: receiving.signal })
      .catch(lackOfRoom)
      .catch(atFault({ problem: 'The recording is empty or damaged.', fix: 'Record it again.' }));
    return { path, name: `${timeStamp(new Date())}.${container}` };
  });
}

/**
 * Takes in a clip as it is, or the frames in a zip.
 *
 * @param given.name what the file was called where it comes from; nothing is done by it but to make a name.
 * @throws Refusal as receiveBody; UserError `not_media` for a name that is no clip's, as unpackFrames.
 */
export async function receiveClip(
  request: Request,
  { name, ...receiving }: Receiving & { name: string },
): Promise<Arrival> {
  const safe = safeName(name);
  const isFrames = extname(safe).toLowerCase() === '.zip';
  if (!isFrames && !isClipName(safe)) throw notClip(name);
  return withBody(request, receiving, async (body) => {
    if (!isFrames) {
      const path = `${body}${extname(safe)}`;
      await rename(body, path);
      return { path, name: safe };
    }
    if (!(await isZip(body))) throw noZip(name);
    const path = `${body}-frames`;
    await unpackFrames(body, { ...receiving, folder: path });
    return { path, name: safe.slice(0, -'.zip'.length) };
  });
}

/** A part of a clip as a file of its own. @throws UserError as cutVideo; `usage` for a folder of frames. */
export async function cutClip(
  clip: StoredClip,
  cut: { startSeconds: number; endSeconds: number; arriving: string; signal: AbortSignal },
): Promise<string> {
  if (clip.isFolder) {
    throw new UserError('usage', {
      problem: `${clip.name} is a folder of frames, which cannot be trimmed here.`,
      fix: 'Remove frames from its folder instead.',
    });
  }
  const { startSeconds, endSeconds, signal } = cut;
  const target = join(cut.arriving, `${randomUUID()}.mp4`);
  await cutVideo({ source: clip.path, target, startSeconds, endSeconds, signal })
    .catch(lackOfRoom)
    .catch(
      atFault({
        problem: `${clip.name} cannot be trimmed: it is damaged, or has no frame in this part.`,
        fix: 'Choose another part, or record the clip again.',
      }),
    );
  return target;
}

async function withBody(
  request: Request,
  { arriving, limits, signal }: Receiving,
  work: (body: string) => Promise<Arrival>,
): Promise<Arrival> {
  const body = join(arriving, randomUUID());
  try {
    await receiveBody(request, { path: body, limits, signal });
    return await work(body);
  } catch (error) {
    throw error instanceof UserError && error.code === 'cannot_write' ? noRoom(error) : error;
  } finally {
    await rm(body, { force: true });
  }
}

/** `2026-11-28 17.55.03`: as people read it, and as every file system takes it. */
function timeStamp(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('.')}`;
}

/** Longest name of a clip; file systems take 255 bytes, of which a letter may take 4. */
const LONGEST_NAME = 60;

/** A name that leads nowhere and that all systems take. */
export function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1)!; // a text has a last part
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  const plain = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '').replace(/^[.\s]+|[.\s]+$/g, '');
  const ending = extname(plain);
  const stem = plain.slice(0, plain.length - ending.length);
  return `${[...stem].slice(0, LONGEST_NAME).join('') || 'clip'}${ending}`;
}

function notClip(name: string): UserError {
  return new UserError('not_media', {
    problem: `${name} is not a video that Clipstep reads.`,
    fix: 'Give videos such as MP4 or WebM, GIFs, or the frames of one clip in a folder or a zip.',
  });
}

function noZip(name: string): UserError {
  return new UserError('not_media', {
    problem: `${name} is not a zip, although its name says so.`,
    fix: 'Pack the frames of one clip, such as 0001.png and 0002.png, into a zip, or give a video as it is.',
  });
}

/** What ffmpeg says where the disk is full stands in its words alone. */
function lackOfRoom(error: unknown): Promise<never> {
  const isFull = error instanceof UserError && /No space left|EDQUOT|File too large/i.test(error.problem);
  return Promise.reject(isFull ? noRoom(error) : error);
}

/** Who sends a clip has neither ffmpeg's folder nor its encoders. */
const atFault =
  (said: { problem: string; fix: string }) =>
  (error: unknown): Promise<never> =>
    Promise.reject(
      error instanceof UserError && error.code === 'unreadable'
        ? new UserError('unreadable', { ...said, cause: error })
        : error,
    );

function noRoom(cause: unknown): UserError {
  return new UserError('cannot_write', {
    problem: "There is no room for this clip on the project's disk, or it may not be written to.",
    fix: 'Make room and save it again. All clips that were there are still there.',
    cause,
  });
}
