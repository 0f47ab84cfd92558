/**
 * What changes between a frame and a later one, as a picture: gain x |later - frame|, each channel for
 * itself, at most 255. It is dark where nothing moves.
 *
 * @param frame, later uint8 RGB of the same size.
 */
export function differenceImage(frame: Uint8Array, later: Uint8Array, gain: number): Uint8Array {
  const picture = new Uint8Array(frame.length);
  for (let index = 0; index < frame.length; index++) {
    picture[index] = Math.min(255, Math.round(gain * Math.abs(later[index]! - frame[index]!)));
  }
  return picture;
}
