import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';

export interface LiveServer {
  readonly address: string;
  /** How many asked for the stream. */
  readonly asked: number;
  close(): Promise<void>;
}

/**
 * Serves what ffmpeg makes over HTTP, from its beginning to each who asks.
 * @param options.ffmpeg its arguments, up to the output that is a pipe.
 */
export async function startLiveServer(options: {
  ffmpeg: (asked: number) => readonly string[];
  contentType: string;
  redirectTo?: string;
}): Promise<LiveServer> {
  let asked = 0;
  const running = new Set<ChildProcess>();
  const stream = (response: ServerResponse) => {
    const child = spawn(ffmpegPackage.path, ['-v', 'error', ...options.ffmpeg(asked++), '-'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.add(child);
    response.writeHead(200, { 'content-type': options.contentType });
    child.stdout.pipe(response);
    response.on('close', () => child.kill('SIGKILL'));
    child.on('exit', () => running.delete(child));
  };
  const server = createServer((_, response) => {
    if (options.redirectTo === undefined) return stream(response);
    response.writeHead(302, { location: options.redirectTo });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('No port');
  return {
    address: `http://127.0.0.1:${bound.port}/live`,
    get asked() {
      return asked;
    },
    close: async () => {
      for (const child of running) child.kill('SIGKILL');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
