import type { Command, ProgramEnd } from './program.js';

/** What the launcher is asked for. */
export interface Launch {
  /** Comes back with every reply, and in the headers of the sockets. */
  readonly number: number;
  readonly command: Command;
}

/** `started` and then `ended`, or nothing but `failed`. */
export type LaunchReply = { readonly number: number } & (
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'failed' }
  | ({ readonly kind: 'ended' } & ProgramEnd)
);

/** What a socket is for, by the number of its file descriptor in the program. */
export type Channel = 0 | 1 | 2;

/** The first bytes of a socket say whose it is. */
export const HEADER_BYTES = 5;

interface Header {
  readonly number: number;
  readonly channel: Channel;
}

export function encodeHeader({ number, channel }: Header): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(number);
  header.writeUInt8(channel, 4);
  return header;
}

export const decodeHeader = (header: Buffer): Header => ({
  number: header.readUInt32LE(),
  channel: header.readUInt8(4) as Channel,
});
