import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { messageOf, UserError } from '../../errors.js';
import { publicAddress } from '../../platform/remote/web-address.js';

/** Where frames come from while they are shot. */
export type LiveSource = {
  /** For people: without what is secret in an address. */
  readonly name: string;
  /** Whether it is opened again when it ends: it was not meant to. */
  readonly isEndless: boolean;
} & (
  | Camera
  | { readonly kind: 'rtsp'; readonly address: string }
  | { readonly kind: 'http'; readonly address: string }
  | { readonly kind: 'pipe'; readonly stream: Readable }
  /** Read as slowly as it plays. */
  | { readonly kind: 'file'; readonly path: string }
);

/** A camera of this machine, as ffmpeg calls it. */
export interface Camera {
  readonly kind: 'camera';
  readonly format: 'v4l2' | 'avfoundation' | 'dshow';
  readonly device: string;
}

export interface SourceOptions {
  /** Whether a file is read as slowly as it plays; one is refused without. */
  readonly realtime?: boolean | undefined;
  /** `process.platform` when absent. */
  readonly platform?: NodeJS.Platform | undefined;
}

const KINDS =
  'Give camera, camera:NAME, an rtsp:// or http(s):// address, - for what comes through stdin, or a file with --realtime.';

/**
 * What a live source is.
 *
 * @param given `camera`, `camera:NAME`, a device such as /dev/video0, an rtsp(s) or http(s) address, a file; or a stream of
 *   bytes, which is destroyed when it is no longer read.
 * @throws UserError `usage`, `refused` for an address of another kind, `not_found`.
 */
export async function liveSource(given: string | Readable, options: SourceOptions = {}): Promise<LiveSource> {
  if (typeof given !== 'string') return { kind: 'pipe', name: 'stdin', isEndless: false, stream: given };
  if (/^camera(?::|$)/.test(given)) return cameraOf(given.slice('camera:'.length), options);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (scheme === undefined) return atPath(given, options);
  const name = publicAddress(given);
  if (!URL.canParse(given)) {
    throw new UserError('usage', { problem: `${name} is not an address.`, fix: KINDS });
  }
  switch (scheme) {
    case 'rtsp':
    case 'rtsps':
      return { kind: 'rtsp', name, isEndless: true, address: given };
    case 'http':
    case 'https':
      return { kind: 'http', name, isEndless: true, address: given };
    default:
      throw new UserError('refused', {
        problem: `${name} is an address of a kind that is not opened (${scheme}).`,
        fix: 'Let ffmpeg read it: ffmpeg -i ADDRESS -c copy -f mpegts - | clipstep watch -',
      });
  }
}

async function atPath(path: string, { realtime, ...options }: SourceOptions): Promise<LiveSource> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `${path} cannot be opened: ${messageOf(cause)}.`,
      fix: KINDS,
      cause,
    });
  });
  if (status.isCharacterDevice()) return cameraOf(path, options);
  if (!status.isFile()) throw neitherNor(path, status);
  if (realtime) return { kind: 'file', name: path, isEndless: false, path };
  throw new UserError('usage', {
    problem: `${path} is a file, which is not live.`,
    fix: `Give --realtime to read it as slowly as it plays; or classify its windows at once: clipstep batch FOLDER --window 2`,
  });
}

function neitherNor(path: string, status: Stats): UserError {
  if (status.isFIFO()) {
    return new UserError('usage', {
      problem: `${path} is a named pipe.`,
      fix: `Send what comes through it to stdin: clipstep watch - < ${path}`,
    });
  }
  return new UserError('usage', { problem: `${path} is neither a camera nor a file.`, fix: KINDS });
}

/** @param named what the user calls it; the first camera when empty. */
function cameraOf(named: string, { platform = process.platform }: SourceOptions): LiveSource {
  const camera = { kind: 'camera', name: named || 'camera', isEndless: true } as const;
  switch (platform) {
    case 'darwin':
      return { ...camera, format: 'avfoundation', device: `${named || '0'}:none` };
    case 'win32':
      if (named !== '') return { ...camera, format: 'dshow', device: `video=${named}` };
      throw new UserError('usage', {
        problem: 'On Windows a camera is opened by its name.',
        fix: 'List them with: ffmpeg -list_devices true -f dshow -i dummy; then give camera:NAME.',
      });
    default:
      return { ...camera, format: 'v4l2', device: devicePath(named) };
  }
}

/** `1` as /dev/video1. */
const devicePath = (named: string): string => (/^\d*$/.test(named) ? `/dev/video${named || '0'}` : named);
