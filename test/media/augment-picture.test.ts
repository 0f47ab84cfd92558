import { describe, expect, it } from 'vitest';
import { augmentPicture } from '../../src/media/augment-picture.js';

/** 4 x 4: red rises to the right, green downwards, blue is 100. */
const picture = Uint8Array.from(
  Array.from({ length: 16 }, (_, at) => [40 * (at % 4), 40 * Math.floor(at / 4), 100]).flat(),
);
const red = (pixels: Uint8Array) => [...pixels].filter((_, index) => index % 3 === 0);
const green = (pixels: Uint8Array) => [...pixels].filter((_, index) => index % 3 === 1);

describe('augmentPicture', () => {
  it('leaves a picture as it is where nothing is to be changed', () => {
    expect(augmentPicture(picture, 4, {})).toBe(picture);
  });

  it('mirrors left and right, and nothing else', () => {
    const mirrored = augmentPicture(picture, 4, { isMirrored: true });
    expect(red(mirrored).slice(0, 4)).toEqual([120, 80, 40, 0]);
    expect(green(mirrored)).toEqual(green(picture));
    expect(augmentPicture(mirrored, 4, { isMirrored: true })).toEqual(picture);
  });

  it('cuts a window out and enlarges it to the same size', () => {
    const corner = augmentPicture(picture, 4, { window: { left: 0.5, top: 0, side: 0.5 } });
    expect(corner).toHaveLength(picture.length);
    // Two pixels, 80 and 120, between which there are now two more.
    expect(red(corner).slice(0, 4)).toEqual([80, 90, 110, 120]);
    expect(Math.max(...green(corner))).toBe(40);
  });

  it('keeps a window within the picture that rounding would push out', () => {
    const whole = augmentPicture(picture, 4, { window: { left: 0.1, top: 0.1, side: 0.9 } });
    expect(whole).toEqual(picture);
  });

  const colour = { brightness: 1, contrast: 1, saturation: 1 };

  it('makes brighter, up to white', () => {
    const bright = augmentPicture(Uint8Array.of(10, 100, 200), 1, { colour: { ...colour, brightness: 1.5 } });
    expect([...bright]).toEqual([15, 150, 255]);
  });

  it('takes contrast about middle grey, the same for every picture', () => {
    const flat = augmentPicture(Uint8Array.of(27, 128, 228), 1, { colour: { ...colour, contrast: 0.5 } });
    expect([...flat]).toEqual([77, 128, 178]);
  });

  it('takes colours to the grey of the same brightness', () => {
    const grey = augmentPicture(Uint8Array.of(255, 0, 0), 1, { colour: { ...colour, saturation: 0 } });
    expect([...grey]).toEqual([76, 76, 76]);
  });
});
