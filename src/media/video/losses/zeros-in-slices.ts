/**
 * Checks the packets of a video for three zeros in a row within a part of a picture, which ITU-T H.264 (section 7.4.1) and H.265 do
 * not allow: they are what is left where a disk or a network gave nothing. Zeros may stand before the mark with which the next unit
 * begins.
 *
 * @returns what says so of each packet, in their order, which begins with a mark of its own.
 */
export function createZerosCheck(codec: string): (packet: Buffer) => boolean {
  const isSlice = IS_SLICE[codec];
  if (!isSlice) return () => false;
  /** Whether a packet goes on with a part of a picture. */
  let isOpen = false;
  const isWithinSlice = (packet: Buffer, place: number): boolean => {
    const unit = packet.lastIndexOf(MARK, place);
    return unit > 0 ? isSlice(packet[unit + MARK.length] ?? 0) : isOpen;
  };
  return (packet) => {
    let isFound = false;
    for (let at = packet.indexOf(ZEROS); at >= 0 && !isFound; at = packet.indexOf(ZEROS, at)) {
      const from = at;
      while (packet[at] === 0) at += 1;
      isFound = at < packet.length && packet[at] !== 1 && isWithinSlice(packet, from);
    }
    isOpen = isWithinSlice(packet, packet.length);
    return isFound;
  };
}

const ZEROS = Buffer.of(0, 0, 0);
const MARK = Buffer.of(0, 0, 1);

/** By the first byte of a unit. */
const IS_SLICE: Readonly<Record<string, (head: number) => boolean>> = {
  h264: (head) => (head & 0x1f) >= 1 && (head & 0x1f) <= 5,
  hevc: (head) => ((head >> 1) & 0x3f) < 32,
};
