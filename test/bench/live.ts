import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { projectFolder } from '../support/cli.js';
import { type RtspServer, startRtspServer } from '../support/rtsp-server.js';
import { tell } from './figures.js';
import { median } from './measure.js';

const [WIDTH, HEIGHT] = [640, 360];
const FRAME_BYTES = WIDTH * HEIGHT * 3;
const RATE = 30;
const SECONDS = 30;
/** What comes earlier waited for the program to start. */
const SETTLE_SECONDS = 3;

/** Latency from a frame to the line that reports it: our camera over RTSP, ffmpeg alone, and `clipstep watch`. */
export async function benchLive(): Promise<void> {
  const camera = new Camera();
  const server = await startRtspServer({
    source: () => [
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-video_size', `${WIDTH}x${HEIGHT}`],
      ...['-framerate', String(RATE), '-i', 'pipe:0', '-vsync', 'passthrough'],
    ],
    onPlay: (ffmpeg) => camera.film(ffmpeg),
    onFrameSent: () => camera.sentAt.push(performance.now()),
  });
  try {
    const alone = await timeFfmpeg(server, camera);
    print('camera, frame to network', camera.sendDelays());
    print('ffmpeg alone, frame to picture', alone);
    print('clipstep watch, frame to line', await timeWatch(server, camera));
  } finally {
    camera.stop();
    await server.close();
  }
}

/** Shoots frames at a steady rate, and knows when each was. */
class Camera {
  #timer: NodeJS.Timeout | undefined;
  /** When each frame was handed to the encoder, in milliseconds. */
  shotAt: number[] = [];
  /** When its last packet was sent. */
  sentAt: number[] = [];

  film(ffmpeg: ChildProcess): void {
    this.stop();
    this.shotAt = [];
    this.sentAt = [];
    const shotAt = this.shotAt;
    const pixels = Buffer.alloc(FRAME_BYTES);
    const started = performance.now();
    this.#timer = setInterval(() => {
      while (shotAt.length <= ((performance.now() - started) * RATE) / 1000) {
        pixels.fill((shotAt.length * 2) % 256);
        shotAt.push(performance.now());
        ffmpeg.stdin?.write(Buffer.from(pixels));
      }
    }, 1);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What encoding takes, in milliseconds. */
  sendDelays(): number[] {
    return this.sentAt.map((at, index) => at - this.shotAt[index]!).slice(SETTLE_SECONDS * RATE);
  }
}

async function timeFfmpeg({ address }: RtspServer, camera: Camera): Promise<number[]> {
  const { path } = await findBinary('ffmpeg');
  const input = [
    '-copyts',
    '-fflags',
    'nobuffer',
    '-flags',
    'low_delay',
    '-rtsp_transport',
    'tcp',
    '-i',
    address,
  ];
  const output = ['-vf', 'scale=16:16,showinfo', '-f', 'rawvideo', '-pix_fmt', 'rgb24'];
  const child = spawn(path, ['-nostdin', ...input, ...output, '-threads', '1', '-flush_packets', '1', '-'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stamps: number[] = [];
  createInterface(child.stderr).on('line', (line) => {
    const stamp = / pts_time:(\S+)/.exec(line)?.[1];
    if (stamp !== undefined) stamps.push(Number(stamp));
  });
  const arrivals: number[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    while (arrivals.length < Math.floor(bytes / (16 * 16 * 3))) arrivals.push(performance.now());
  });
  await ended(child);
  return delays(
    camera,
    arrivals.map((at, index) => ({ at, seconds: stamps[index]! })),
  );
}

async function timeWatch({ address }: RtspServer, camera: Camera): Promise<number[]> {
  const cli = join(projectFolder, 'dist', 'cli.js');
  const args = [cli, 'watch', address, '--model', 'motion', '--json', '--each-window'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines: Array<{ at: number; seconds: number }> = [];
  createInterface(child.stdout).on('line', (line) => {
    const at = performance.now();
    const said = JSON.parse(line);
    if (said.event === 'window') lines.push({ at, seconds: said.latestSeconds });
  });
  await ended(child);
  return delays(camera, lines);
}

/** Lets a program run for as long as is measured. */
async function ended(child: ChildProcess): Promise<void> {
  setTimeout(() => child.kill('SIGTERM'), SECONDS * 1000);
  await once(child, 'close');
}

/** Milliseconds from each frame to what was said of it; the stream's first frame has the stamp 0. */
function delays(camera: Camera, said: ReadonlyArray<{ at: number; seconds: number }>): number[] {
  return said
    .filter(({ seconds }) => seconds > SETTLE_SECONDS)
    .map(({ at, seconds }) => at - camera.shotAt[Math.round(seconds * RATE)]!)
    .filter((delay) => !Number.isNaN(delay));
}

function print(name: string, times: readonly number[]): void {
  const sorted = [...times].sort((one, other) => one - other);
  const high = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
  const middle = median(times);
  tell(
    `  ${name.padEnd(32)} median ${middle.toFixed(0)} ms, 95 % within ${high.toFixed(0)} ms, of ${times.length}`,
    name,
    { milliseconds: middle, milliseconds95: high, events: times.length },
  );
}
