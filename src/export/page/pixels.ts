/** Frames with more pixels are made smaller first: they would take up memory by the hundred megabytes. */
const MOST_PIXELS = 4e6;

/** A frame's pixels, uint8 RGB [height, width, 3]. The picture is closed. */
export function framePixels(picture: ImageBitmap): { pixels: Uint8Array; width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(1, Math.round(scale * side)),
  ) as [number, number];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!; // every browser has it
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  return { pixels: withoutAlpha(context.getImageData(0, 0, width, height).data), width, height };
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

/** One after the other. */
export function joinPictures(pictures: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pictures.reduce((total, { length }) => total + length, 0));
  let place = 0;
  for (const picture of pictures) {
    all.set(picture, place);
    place += picture.length;
  }
  return all;
}
