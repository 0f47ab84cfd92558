/** Whether a line of ffmpeg's, with its level before it, reports a frame that cannot be decoded as it was recorded. */
export function tellsOfDamage(line: string): boolean {
  return CONCEALED.test(line) || (/\[(?:error|fatal|panic)\]/.test(line) && !HARMLESS.test(line));
}

/** Said as information or as a warning, since ffmpeg goes on with what it made up. */
const CONCEALED = /\[info\] concealing \d|\[warning\].*corrupt decoded frame/;

/**
 * Said of frames that are sound: by muxers, of which nothing is kept here; by parsers, which look at packets before
 * the decoder does; and of notes beside the picture, such as a camera's.
 */
const HARMLESS =
  /^\[(?:rawvideo|null|NULL|out#\S+) @ |unable to decode APP fields|\bSEI\b|EXIF|ICC profile|deprecated pixel format/;

/**
 * Where the gap lies that a demuxer reports in a line: so many packets after the one that was read last. Null where the line may be
 * a decoder's, since those of raw streams and of FLV have the same names. Matroska is read on at a whole packet. In Ogg, the next
 * packet may be put together of what is left on both sides, and the gap may come only after it.
 */
export function gapAhead(line: string, { container, codec = '' }: NamedParts): number | null {
  if (!line.startsWith(`[${container} @ `) || codec.startsWith(container)) return null;
  return container.startsWith('matroska') ? 0.5 : 1;
}

/** Whether a picture of H.264 asks for another one to be forgotten that is not there: its own pixels are right all the same. */
export const isFailedRelease = (line: string): boolean => line.includes('mmco: unref short failure');

interface NamedParts {
  readonly container: string;
  readonly codec: string | undefined;
}

/** What a line says while ffmpeg decodes with -debug_ts: a packet goes in, a frame comes out, one of them is damaged. */
export type DecodingEvent =
  | { readonly kind: 'packet'; readonly stamp: number; readonly decodingStamp: number }
  | {
      readonly kind: 'frame';
      /** In ticks; NaN: none. */
      readonly stamp: number;
      readonly microseconds: number;
      readonly secondsATick: number;
      readonly isKeyframe: boolean;
      /** Of the packet after which it came out, where that is known. */
      readonly decodingStamp: number;
    }
  | { readonly kind: 'packet_fault' | 'frame_fault' | 'chatter' };

export function parseEvent(line: string): DecodingEvent {
  const [, stamp, decodingStamp] = PACKET_LINE.exec(line) ?? [];
  if (stamp !== undefined)
    return { kind: 'packet', stamp: Number(stamp), decodingStamp: Number(decodingStamp) };
  if (FRAME_LINE.test(line)) return parseFrame(line);
  if (!tellsOfDamage(line)) return { kind: 'chatter' };
  return { kind: /corrupt decoded frame/.test(line) ? 'frame_fault' : 'packet_fault' };
}

const PACKET_LINE = / demuxer -> ist_index:\S+ type:video .*pkt_pts:(\S+) .*pkt_dts:(\S+) /;
const FRAME_LINE = / decoder -> (?:ist_index:\S+ type:video )?(?:frame_)?pts:/;

function parseFrame(line: string): DecodingEvent {
  // Before ffmpeg 7, the frame's own stamp may be missing where the best guess is not.
  const stamp = Number(/ best_effort_ts:(\S+) /.exec(line)?.[1] ?? / pts:(\S+) /.exec(line)?.[1]);
  const [, numerator, denominator] = / time_base:(\d+)\/(\d+)/.exec(line) ?? [];
  return {
    kind: 'frame',
    stamp,
    microseconds: Math.round((stamp * Number(numerator) * 1e6) / Number(denominator)),
    secondsATick: Number(numerator) / Number(denominator),
    isKeyframe: / keyframe:1 /.test(line),
    decodingStamp: Number(/ pkt_dts:(\S+) /.exec(line)?.[1]),
  };
}
