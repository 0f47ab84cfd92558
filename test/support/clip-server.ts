import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allowedHosts,
  type ClipServer,
  createServer,
  type ServerOptions,
} from '../../src/serve/create-server.js';
import { type Listening, type ListenOptions, listen } from '../../src/serve/listen.js';
import { writeNumberedClip } from './numbered-clip.js';
import { saveTinyBundle, saveTinyRowsBundle } from './tiny-bundle.js';

/** Models that nobody trained, and a clip. */
export interface ServerFixture {
  readonly root: string;
  /** Folders of the models, which are called `tiny` and `rows`. */
  readonly models: readonly string[];
  readonly clip: Buffer;
  readonly clipPath: string;
  /** An empty folder for bodies. */
  readonly temporaryFolder: string;
  remove(): Promise<void>;
}

export async function makeServerFixture(): Promise<ServerFixture> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-test-'));
  const models = [join(root, 'tiny'), join(root, 'rows')];
  await saveTinyBundle(models[0]!);
  await saveTinyRowsBundle(models[1]!);
  const clipPath = join(root, 'clip.mp4');
  await writeNumberedClip(clipPath, { frames: 20, framesPerSecond: 10, encoder: ['-c:v', 'libx264'] });
  const temporaryFolder = join(root, 'bodies');
  await mkdir(temporaryFolder);
  const clip = await readFile(clipPath);
  return { root, models, clip, clipPath, temporaryFolder, remove: () => rm(root, { recursive: true }) };
}

/** For requests that are made by hand: `http://127.0.0.1:7411/`. */
export const ADDRESS = 'http://127.0.0.1:7411';
const hosts = allowedHosts({ host: '127.0.0.1', port: 7411 });

export function openServer(
  fixture: ServerFixture,
  options: Partial<ServerOptions> = {},
): Promise<ClipServer> {
  const { models, temporaryFolder } = fixture;
  return createServer({ models, temporaryFolder, access: { hosts, proof: { kind: 'open' } }, ...options });
}

export interface TestServer extends Listening {
  readonly address: string;
}

/** One that listens on a port of its own. */
export async function startServer(
  fixture: ServerFixture,
  { limits, listening }: { limits?: ServerOptions['limits']; listening?: Partial<ListenOptions> } = {},
): Promise<TestServer> {
  const host = '127.0.0.1';
  const started = await listen(
    { host, port: 0, ...listening },
    {
      access: (port) => ({ hosts: allowedHosts({ host, port }), proof: { kind: 'open' } }),
      open: (access) => openServer(fixture, { limits, access }),
    },
  );
  return { ...started, address: `http://${host}:${started.port}` };
}
