import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveSource } from '../../../src/media/live/live-source.js';

let root: string;
let file: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-live-'));
  file = join(root, 'a.mp4');
  await writeFile(file, 'anything');
});
afterAll(() => rm(root, { recursive: true }));

describe('liveSource', () => {
  it.each([
    ['linux', 'camera', { format: 'v4l2', device: '/dev/video0' }],
    ['linux', 'camera:2', { format: 'v4l2', device: '/dev/video2' }],
    ['linux', 'camera:/dev/v4l/by-id/usb-1', { format: 'v4l2', device: '/dev/v4l/by-id/usb-1' }],
    ['darwin', 'camera', { format: 'avfoundation', device: '0:none' }],
    ['darwin', 'camera:FaceTime HD Camera', { format: 'avfoundation', device: 'FaceTime HD Camera:none' }],
    ['win32', 'camera:Integrated Camera', { format: 'dshow', device: 'video=Integrated Camera' }],
  ] as const)('knows the cameras of %s: %s', async (platform, given, camera) => {
    expect(await liveSource(given, { platform })).toMatchObject({
      kind: 'camera',
      isEndless: true,
      ...camera,
    });
  });

  it('says how cameras are named on Windows', async () => {
    await expect(liveSource('camera', { platform: 'win32' })).rejects.toMatchObject({
      code: 'usage',
      fix: expect.stringContaining('list_devices'),
    });
  });

  it('never names what is secret in an address', async () => {
    const source = await liveSource('rtsp://user:p%40ss@camera.local:554/live?token=abc');
    expect(source).toMatchObject({ kind: 'rtsp', name: 'rtsp://camera.local:554/live' });
  });

  it.each([
    ['http://camera.local/video.mjpg', 'http', true],
    ['https://camera.local/live.ts', 'http', true],
    ['rtsps://camera.local/live', 'rtsp', true],
  ])('takes the address %s', async (given, kind, isEndless) => {
    expect(await liveSource(given)).toMatchObject({ kind, isEndless });
  });

  it('reads a stream, and a file where it is to be read as if it were live', async () => {
    expect(await liveSource(Readable.from([]))).toMatchObject({ kind: 'pipe', isEndless: false });
    expect(await liveSource(file, { realtime: true })).toMatchObject({ kind: 'file', isEndless: false });
  });

  it.each([
    ['a file that is not live', () => file, 'usage', '--realtime'],
    ['a folder', () => root, 'usage', 'camera:NAME'],
    ['what is not there', () => join(root, 'none.mp4'), 'not_found', 'camera:NAME'],
    ['an address of another kind', () => 'udp://127.0.0.1:1234', 'refused', 'ffmpeg -i ADDRESS'],
    ['a pattern of ffmpeg', () => 'concat:a|b', 'not_found', 'camera:NAME'],
    ['what is no address', () => 'rtsp://[', 'usage', 'camera:NAME'],
  ])('refuses %s, and says what to give', async (_, given, code, fix) => {
    await expect(liveSource(given())).rejects.toMatchObject({ code, fix: expect.stringContaining(fix) });
  });
});
