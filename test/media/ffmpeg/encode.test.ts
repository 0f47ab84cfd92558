import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findBinary } from '../../../src/media/ffmpeg/binaries.js';
import { type EncodeOptions, encodeVideo } from '../../../src/media/ffmpeg/encode.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';

const folder = mkdtempSync(join(tmpdir(), 'clipstep-encode-'));
afterAll(() => rmSync(folder, { recursive: true }));

const width = 32;
const height = 18;

function* rampFrames(count: number): Generator<Uint8Array> {
  // One buffer for all frames: the encoder must have taken it before it asks for the next.
  const frame = new Uint8Array(width * height * 3);
  for (let index = 0; index < count; index++) yield frame.fill(20 + index * 20);
}

const ramp = (name: string, changes: Partial<EncodeOptions> = {}): EncodeOptions => ({
  path: join(folder, name),
  frames: rampFrames(8),
  width,
  height,
  framesPerSecond: 10,
  codec: 'h264',
  quality: 10,
  ...changes,
});

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describeWithEachFfmpeg('encodeVideo', () => {
  test.each([
    { codec: 'h264', name: 'ramp.mp4', codecName: 'h264', container: 'mov,mp4,m4a,3gp,3g2,mj2' },
    { codec: 'vp9', name: 'ramp.webm', codecName: 'vp9', container: 'matroska,webm' },
  ] as const)('writes $codec that ffprobe reads as such', async ({ codec, name, codecName, container }) => {
    const options = ramp(name, { codec });
    await encodeVideo(options);
    const probed = execFileSync((await findBinary('ffprobe')).path, [
      ...['-v', 'error', '-count_frames', '-of', 'json', '-show_streams', '-show_format', options.path],
    ]);
    expect(JSON.parse(probed.toString())).toMatchObject({
      streams: [{ codec_name: codecName, width, height, nb_read_frames: '8', avg_frame_rate: '10/1' }],
      format: { format_name: container },
    });
  });

  test('keeps the frames in their order and their grey', async () => {
    const options = ramp('order.mp4');
    await encodeVideo(options);
    const decoded = execFileSync((await findBinary('ffmpeg')).path, [
      ...['-v', 'error', '-i', options.path, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    ]);
    const greys = Array.from({ length: 8 }, (_, frame) => decoded[frame * width * height + 100]!);
    greys.forEach((grey, index) => {
      expect(Math.abs(grey - (20 + index * 20))).toBeLessThanOrEqual(3);
    });
  });

  test.each(['h264', 'vp9'] as const)('writes the same bytes again: %s', async (codec) => {
    await encodeVideo(ramp('first', { codec }));
    await encodeVideo(ramp('second', { codec }));
    expect(sha256(join(folder, 'first'))).toBe(sha256(join(folder, 'second')));
  });
});

describe('encodeVideo, when it cannot', () => {
  test('refuses odd sides before it starts', async () => {
    await expect(encodeVideo(ramp('odd.mp4', { width: 31 }))).rejects.toMatchObject({ code: 'usage' });
  });

  test('tells what ffmpeg said of a folder that is not there', async () => {
    const problem = expect.stringContaining('No such file or directory');
    await expect(encodeVideo(ramp('absent/clip.mp4'))).rejects.toMatchObject({ code: 'unreadable', problem });
  });

  test('passes on what the source of frames throws, and leaves no file', async () => {
    const failing = (function* () {
      yield* rampFrames(2);
      throw new Error('the renderer fell over');
    })();
    await expect(encodeVideo(ramp('failed.mp4', { frames: failing }))).rejects.toThrow(
      'the renderer fell over',
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  test('stops on abort and leaves no file', async () => {
    const controller = new AbortController();
    const endless = (function* () {
      for (let index = 0; ; index++) {
        if (index === 5) controller.abort();
        yield new Uint8Array(width * height * 3);
      }
    })();
    const options = ramp('aborted.mp4', { frames: endless, signal: controller.signal });
    await expect(encodeVideo(options)).rejects.toMatchObject({ code: 'aborted' });
    expect(existsSync(options.path)).toBe(false);
  });
});
