/** Rows and columns of an image in pixels. */
export const IMAGE_SIDE = 28;
export const DIGIT_CLASSES = 10;

export interface LabelledImages {
  /** uint8 [count, 28, 28], light ink on dark, 0 to 255. */
  readonly images: Uint8Array;
  /** uint8 [count], the digits 0 to 9. */
  readonly labels: Uint8Array;
}
