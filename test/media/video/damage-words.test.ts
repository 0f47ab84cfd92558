import { describe, expect, it } from 'vitest';
import { parseEvent, tellsOfDamage } from '../../../src/media/video/damage-words.js';

const SHOWINFO = '[Parsed_showinfo_0 @ 0x2c14b180] [info] ';
const FRAME = 'n:  35 pts:   3500 pts_time:3.5 fmt:gray s:64x48 i:P iskey:1 type:I checksum:1560EC77';

// As both ffmpegs write them.
describe('lines of sound frames', () => {
  it.each([
    `${SHOWINFO}${FRAME} plane_checksum:[1560EC77] mean:[23 \u0008] stdev:[4.1 \u0008]`,
    `${SHOWINFO}${FRAME} plane_checksum:[1560EC77 0A0B0C0D 00000000] mean:[1 128 128] stdev:[0.5 0.0 0.0]`,
    `${SHOWINFO}${FRAME} plane_checksum:[1560EC77]`,
    `${SHOWINFO}color_range:unknown color_space:bt709 color_primaries:smpte170m color_trc:iec61966-2-1`,
    `${SHOWINFO}  side data - User Data Unregistered:`,
    `${SHOWINFO}UUID=dc45e9bd-e6d9-48b7-962c-d820d923eeef`,
    `${SHOWINFO}User Data=78323634202d20`,
    `${SHOWINFO}config in time_base: 1/12800, frame_rate: 25/1`,
    '[rawvideo @ 0x1] [error] Non-monotonous DTS',
  ])('say nothing of damage: %s', (line) => {
    expect(tellsOfDamage(line)).toBe(false);
  });
});

describe('damage', () => {
  const COMPLAINT = 'CRC mismatch 136C6A8C!at 3.600000 seconds';
  it.each([
    `[ffv1 @ 0x12447780] [error] ${COMPLAINT}`,
    '[h264 @ 0x1] [info] concealing 12 DC, 12 AC, 12 MV errors in P frame',
    // What a decoder says in another thread while showinfo writes its line.
    `${SHOWINFO}${FRAME} plane_checksum:[1560EC77${COMPLAINT}`,
    `${SHOWINFO}${FRAME} plane_checksum:[1560EC77] mean:[${COMPLAINT}`,
    `${SHOWINFO}color_range:unknown color_space:unknown${COMPLAINT}`,
    `${SHOWINFO}color_range:tv color_space:bt709 color_primaries:bt709 color_trc:bt709${COMPLAINT}`,
    `${SHOWINFO}User Data=7832${COMPLAINT}`,
  ])('is seen in %s', (line) => {
    expect(tellsOfDamage(line)).toBe(true);
    expect(parseEvent(line).kind).toBe('packet_fault');
  });
});
