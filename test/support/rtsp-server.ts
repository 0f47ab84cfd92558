import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';

export interface RtspServer {
  readonly address: string;
  /** How often a stream was asked for. */
  readonly plays: number;
  /** Ends the connections that there are. */
  hangUp(): void;
  /** Sends no more, but keeps connections. */
  fallSilent(): void;
  close(): Promise<void>;
}

export interface RtspOptions {
  /** ffmpeg's arguments up to its output, which is H.264: the n-th time that the stream is asked for. */
  readonly source: (play: number) => readonly string[];
  /** Where it sends clients on to, in place of a stream. */
  readonly redirectTo?: string;
  /** Frames for ffmpeg's stdin, where its source says so. */
  readonly onPlay?: (ffmpeg: ChildProcess) => void;
  /** Called whenever the last packet of a frame is on its way. */
  readonly onFrameSent?: () => void;
}

/** What H.264 over RTP is to be like for whoever comes in the middle: no frame waits for others. */
export const LIVE_H264 = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
  ...['-g', '10', '-x264-params', 'repeat-headers=1'],
];

/** An RTSP server (RFC 2326) for one video, over the connection itself; ffmpeg makes its RTP packets. */
export async function startRtspServer(options: RtspOptions): Promise<RtspServer> {
  const started = new TestServer(options);
  await started.listen();
  return started;
}

class TestServer implements RtspServer {
  readonly #options: RtspOptions;
  readonly #server: Server;
  readonly #streams = new Set<{ socket: Socket; end: () => void }>();
  #isSilent = false;
  plays = 0;
  address = '';

  constructor(options: RtspOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('No port');
    this.address = `rtsp://127.0.0.1:${bound.port}/live`;
  }

  hangUp(): void {
    for (const { socket } of this.#streams) socket.destroy();
  }

  fallSilent(): void {
    this.#isSilent = true;
  }

  async close(): Promise<void> {
    this.hangUp();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    let text = '';
    const stream = { socket, end: () => {} };
    this.#streams.add(stream);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#streams.delete(stream);
      stream.end();
    });
    socket.on('data', (bytes) => {
      // RTCP of the client, which begins with a dollar, is not read.
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        void this.#answer(request.slice(Math.max(0, request.search(/[A-Z_]+ rtsp:/))), stream);
      }
    });
  }

  async #answer(request: string, stream: { socket: Socket; end: () => void }): Promise<void> {
    const { socket } = stream;
    const method = request.split(' ')[0]!;
    const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
    const reply = (status: string, headers: readonly string[] = [], body = '') =>
      socket.write(
        [
          `RTSP/1.0 ${status}`,
          `CSeq: ${sequence}`,
          ...headers,
          `Content-Length: ${body.length}`,
          '',
          body,
        ].join('\r\n'),
      );
    if (method === 'DESCRIBE' && this.#options.redirectTo) {
      return void reply('302 Moved', [`Location: ${this.#options.redirectTo}`]);
    }
    switch (method) {
      case 'DESCRIBE':
        return void reply('200 OK', ['Content-Type: application/sdp', `Content-Base: ${this.address}/`], SDP);
      case 'SETUP':
        if (!request.includes('RTP/AVP/TCP')) return void reply('461 Unsupported Transport');
        return void reply('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']);
      case 'PLAY':
        reply('200 OK', ['Session: 1']);
        stream.end = await this.#play(socket);
        return;
      default:
        return void reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN', 'Session: 1']);
    }
  }

  /** @returns what ends it. */
  async #play(socket: Socket): Promise<() => void> {
    const { port, sockets } = await bindPair();
    sockets.forEach((udp, channel) => {
      udp.on('message', (packet) => {
        if (this.#isSilent || socket.destroyed) return;
        if (channel === 0 && packet[1]! >= MARKER) this.#options.onFrameSent?.();
        socket.write(
          Buffer.concat([Buffer.from([0x24, channel, packet.length >> 8, packet.length & 255]), packet]),
        );
      });
    });
    const source = this.#options.source(this.plays);
    this.plays += 1;
    const output = ['-an', ...LIVE_H264, '-f', 'rtp', `rtp://127.0.0.1:${port}?pkt_size=1200`];
    const ffmpeg = spawn(ffmpegPackage.path, ['-v', 'error', ...source, ...output], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    ffmpeg.stdin?.on('error', () => {});
    this.#options.onPlay?.(ffmpeg);
    ffmpeg.on('exit', () => socket.end());
    return () => {
      ffmpeg.kill('SIGKILL');
      for (const udp of sockets) udp.close();
    };
  }
}

/** The bit of a packet that a frame ends with (RFC 6184). */
const MARKER = 0x80;

const SDP = [
  ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=test', 'c=IN IP4 0.0.0.0', 't=0 0'],
  ...[
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1',
    'a=control:streamid=0',
  ],
  '',
].join('\r\n');

/** An even port for RTP, and the one after it for RTCP. */
async function bindPair(): Promise<{ port: number; sockets: UdpSocket[] }> {
  for (;;) {
    const first = createSocket('udp4');
    first.bind(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address();
    const second = createSocket('udp4');
    const isFree =
      port % 2 === 0 &&
      (await new Promise<boolean>((resolve) => {
        second.once('error', () => resolve(false));
        second.bind(port + 1, '127.0.0.1', () => resolve(true));
      }));
    if (isFree) return { port, sockets: [first, second] };
    first.close();
    if (port % 2 === 0) continue;
    second.close();
  }
}
