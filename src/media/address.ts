import { UserError } from '../errors.js';

const ADDRESS = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Addresses that never end: what they show has to be cut first. */
const LIVE = new Set(['rtsp', 'rtsps', 'rtmp', 'rtmps', 'rtp', 'srt', 'udp', 'tcp', 'mms', 'rist']);

/** @throws UserError `refused` for an address in the place of a path. */
export function refuseAddress(input: string): void {
  const scheme = ADDRESS.exec(input)?.[1]?.toLowerCase();
  if (scheme === undefined) return;
  throw new UserError('refused', {
    problem: `${input} is an address (${scheme}); Clipstep opens files and folders, not connections.`,
    fix: fixOf(scheme),
  });
}

/** @throws UserError `unreadable`: what it shows cannot be read from its beginning to its end. */
export function refuseDevice(path: string): never {
  throw new UserError('unreadable', {
    problem: `${path} is a device, a pipe or a socket, not a file.`,
    fix: 'Record a clip of it first, for example `ffmpeg -i DEVICE -t 10 clip.mp4`; or send what comes through a pipe to `clipstep classify -`.',
  });
}

function fixOf(scheme: string): string {
  if (scheme === 'file') return 'Give the path alone.';
  if (LIVE.has(scheme)) {
    return 'Record a clip of the stream first, for example `ffmpeg -i ADDRESS -t 10 -c copy clip.mkv`.';
  }
  return 'Download it first, or pipe it: `curl -s ADDRESS | clipstep classify -`; http(s) addresses of clips, `clipstep classify` and rows of a manifest may give.';
}
