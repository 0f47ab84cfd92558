import { describe, expect, it } from 'vitest';
import { parseEvent, tellsOfDamage } from '../../../src/media/video/damage-words.js';

// As both ffmpegs write them.
describe('lines of sound frames', () => {
  it.each([
    '[info] 3500001.000000',
    '[info]     Stream #0:0(und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 480x360',
    '[rawvideo @ 0x1] [error] Non-monotonous DTS',
  ])('say nothing of damage: %s', (line) => {
    expect(tellsOfDamage(line)).toBe(false);
  });
});

describe('damage', () => {
  it.each([
    '[ffv1 @ 0x12447780] [error] CRC mismatch 136C6A8C!at 3.600000 seconds',
    '[h264 @ 0x1] [info] concealing 12 DC, 12 AC, 12 MV errors in P frame',
  ])('is seen in %s', (line) => {
    expect(tellsOfDamage(line)).toBe(true);
    expect(parseEvent(line).kind).toBe('packet_fault');
  });
});
