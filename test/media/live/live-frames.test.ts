import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveFrame, liveFrames } from '../../../src/media/live/live-frames.js';
import { liveSource } from '../../../src/media/live/live-source.js';
import { describeWithEachFfmpeg } from '../../support/ffmpeg.js';
import { type LiveServer, startLiveServer } from '../../support/live-server.js';
import { readNumber, runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { canListProcesses, processesNaming } from '../../support/processes.js';
import { type RtspServer, startRtspServer } from '../../support/rtsp-server.js';

const FRAMES = 20;
const preprocessing = { size: 48, fit: 'squash', kernel: 'linear' } as const;

let root: string;
let stream: string;
/** Half a minute of numbers. */
let long: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-live-'));
  stream = join(root, 'numbers.ts');
  const encoder = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '5', '-sc_threshold', '0', '-qp', '4'];
  await writeNumberedClip(stream, { frames: FRAMES, framesPerSecond: 10, encoder });
  long = join(root, 'long.ts');
  await writeNumberedClip(long, { frames: 300, framesPerSecond: 10, encoder });
});
afterAll(() => rm(root, { recursive: true }));

/** The frames of a source, until as many have come, or it ends. */
async function read(
  given: Parameters<typeof liveSource>[0],
  { most = Number.POSITIVE_INFINITY, stallSeconds = 20, realtime = false } = {},
): Promise<LiveFrame[]> {
  const frames: LiveFrame[] = [];
  const source = await liveSource(given, { realtime });
  for await (const frame of liveFrames(source, { preprocessing, stallSeconds })) {
    frames.push(frame);
    if (frames.length === most) break;
  }
  return frames;
}

const numbersOf = (frames: readonly LiveFrame[]) => frames.map(({ pixels }) => readNumber(pixels));
const all = Array.from({ length: FRAMES }, (_, index) => index);

describeWithEachFfmpeg('liveFrames', () => {
  it('gives every frame that comes through a pipe, with its time and whether it is a keyframe', async () => {
    const frames = await read(createReadStream(stream));
    expect(numbersOf(frames)).toEqual(all);
    const [first] = frames;
    frames.forEach(({ timeSeconds }, index) => {
      expect(timeSeconds - first!.timeSeconds).toBeCloseTo(index / 10, 4);
    });
    expect(frames.map(({ isKeyframe }) => isKeyframe)).toEqual(all.map((index) => index % 5 === 0));
  });

  it('reads a file as slowly as it plays', async () => {
    const started = performance.now();
    expect(numbersOf(await read(stream, { realtime: true }))).toEqual(all);
    // The last of 20 frames, at 10 a second, comes after 1.9 s.
    expect(performance.now() - started).toBeGreaterThan(1500);
  });

  it('goes on where the size of the frames changes', async () => {
    const large = join(root, 'large.ts');
    await runFfmpeg(['-i', stream, '-vf', 'scale=256:144', '-c:v', 'libx264', '-qp', '4', large]);
    const both = join(root, 'both.ts');
    await writeFile(both, await readFile(stream));
    await appendFile(both, await readFile(large));
    const frames = await read(createReadStream(both));
    expect(frames.length).toBe(2 * FRAMES);
    expect(new Set(frames.map(({ pixels }) => pixels.length))).toEqual(new Set([48 * 48 * 3]));
    expect(numbersOf(frames).slice(-5)).toEqual(all.slice(-5));
  });

  it('says what is wrong with what comes through a pipe', async () => {
    const other = new PassThrough();
    other.end('This is no video. '.repeat(1000));
    await expect(read(other)).rejects.toMatchObject({ code: 'unreadable' });
    expect(other.destroyed).toBe(true);
  });

  it('opens no file for a playlist that comes through a pipe', async () => {
    const playlist = new PassThrough();
    playlist.end(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${stream}\n#EXT-X-ENDLIST\n`);
    await expect(read(playlist)).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('leaves no ffmpeg when the loop over the frames is left', async () => {
    const input = createReadStream(stream);
    await read(input, { most: 3 });
    expect(input.destroyed).toBe(true);
    await read(stream, { most: 3, realtime: true });
    if (canListProcesses) expect(processesNaming(stream)).toEqual([]);
  });
});

describe('over HTTP', () => {
  let server: LiveServer;
  afterAll(() => server.close());

  it.each([
    ['a broadcast stream', 'video/mp2t', ['-c', 'copy', '-f', 'mpegts']],
    [
      'pictures that replace each other',
      'multipart/x-mixed-replace;boundary=ffmpeg',
      ['-f', 'mpjpeg', '-q:v', '1'],
    ],
    ['Matroska', 'video/x-matroska', ['-c', 'copy', '-f', 'matroska']],
  ])('reads %s as it comes, and its end', async (_, contentType, output) => {
    server = await startLiveServer({ ffmpeg: () => ['-re', '-i', stream, ...output], contentType });
    const frames = await read(server.address);
    await server.close();
    expect(numbersOf(frames)).toEqual(all);
    frames.slice(1).forEach(({ timeSeconds }, index) => {
      expect(timeSeconds).toBeGreaterThan(frames[index]!.timeSeconds);
    });
  });

  it('follows no redirect to a private address that was not asked for', async () => {
    server = await startLiveServer({ ffmpeg: () => [], contentType: '', redirectTo: 'http://10.1.2.3/live' });
    await expect(read(server.address)).rejects.toMatchObject({
      code: 'refused',
      problem: expect.stringContaining('10.1.2.3'),
    });
  });
});

describeWithEachFfmpeg('over RTSP', () => {
  let server: RtspServer;
  afterAll(() => server.close());

  it('reads a stream over the one connection', async () => {
    server = await startRtspServer({ source: () => ['-re', '-i', long] });
    const frames = await read(server.address, { most: 12 });
    const numbers = numbersOf(frames);
    // What comes while it finds out what the stream is, is not given.
    expect(numbers).toEqual(frames.map((_, index) => numbers[0]! + index));
    await server.close();
  });

  it('gives up one that falls silent', async () => {
    server = await startRtspServer({ source: () => ['-re', '-i', long] });
    const source = await liveSource(server.address);
    let frames = 0;
    const reading = async () => {
      for await (const _ of liveFrames(source, { preprocessing, stallSeconds: 3 })) {
        if (++frames === 5) server.fallSilent();
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'timeout' });
    expect(frames).toBeGreaterThanOrEqual(5);
    await server.close();
  });

  it('refuses to be sent on to another server', async () => {
    server = await startRtspServer({ source: () => [], redirectTo: 'rtsp://127.0.0.1:9/elsewhere' });
    await expect(read(server.address)).rejects.toMatchObject({
      code: 'refused',
      problem: expect.stringContaining('rtsp://127.0.0.1:9/elsewhere'),
    });
  });

  it('says that none is there, without its password', async () => {
    await expect(read('rtsp://me:secret@127.0.0.1:9/live')).rejects.toMatchObject({
      code: 'unreadable',
      problem: expect.not.stringContaining('secret'),
    });
  });
});
