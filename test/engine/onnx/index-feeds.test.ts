import { describe, expect, it } from 'vitest';
import { indexFeed, wantedFeeds } from '../../../src/engine/onnx/index-feeds.js';
import { IGNORED } from '../../../src/network/losses.js';

describe('the feeds of a loss by class index', () => {
  const shape = [2, 2];

  it('make it the mean over the places that count', () => {
    const { shares, indices } = wantedFeeds(Int32Array.of(2, IGNORED, 0, 1), { shape, classes: 3 });
    expect(indices).toEqual({ data: Int32Array.of(2, -1, 0, 1), shape });
    expect(shares).toEqual({ data: Float32Array.of(1 / 3, 0, 1 / 3, 1 / 3), shape });
  });

  it('make it the weighted mean', () => {
    const weights = Float32Array.of(3, 5, 0, 1);
    const { shares } = wantedFeeds(Int32Array.of(2, IGNORED, 0, 1), { shape, classes: 3, weights });
    expect(shares.data).toEqual(Float32Array.of(0.75, 0, 0, 0.25));
  });

  it('have shares of 0 where nothing counts', () => {
    const { shares } = wantedFeeds(new Int32Array(4).fill(IGNORED), { shape, classes: 3 });
    expect(shares.data).toEqual(new Float32Array(4));
  });

  it.each([3, -2])('refuse %i among three classes', (index) => {
    const feeds = () => wantedFeeds(Int32Array.of(0, index), { shape: [2], classes: 3 });
    expect(feeds).toThrow(`Index ${index} at place 1 is not from -1 to 2`);
  });

  it.each([3, -1])('refuse %i as a row of three', (index) => {
    const feed = () => indexFeed(Int32Array.of(0, index), { shape: [2], rows: 3 });
    expect(feed).toThrow(`Index ${index} at place 1 is not from 0 to 2`);
  });
});
