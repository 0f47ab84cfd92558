import { publicAddress } from '../../platform/remote/web-address.js';

/**
 * Where an RTSP server sends ffmpeg, which then goes there by itself and says so in this line; null where that is the server
 * of the address itself, or the line says something else.
 */
export function redirectedTo(line: string, address: string): string | null {
  const to = /Redirecting to (\S+)/.exec(line)?.[1];
  if (to === undefined) return null;
  const isSame = URL.canParse(to) && new URL(to).host === new URL(address).host;
  return isSame ? null : publicAddress(to);
}
