import { join } from 'node:path';
import { Command } from 'commander';
import { exists } from '../platform/exists.js';
import { allowedHosts } from '../serve/allowed-hosts.js';
import { newToken } from '../serve/check-access.js';
import { listen } from '../serve/listen.js';
import { openStudio } from '../studio/studio.js';
import { numberWithin, portOption } from './flags.js';
import { interruptible, interruption } from './interruptible.js';

interface Flags {
  readonly port: number;
  readonly maxBody: number;
}

/** Only this machine reaches it: it shows what the camera sees, and runs trainings. */
const HOST = '127.0.0.1';

const MEGABYTE = 1e6;

/** For a training to write its checkpoint. */
const RELEASE_SECONDS = 30;

/** `clipstep studio` */
export function studioCommand(): Command {
  return new Command('studio')
    .description(
      'collect clips, train, judge and try a model in the browser, on this machine; see docs/studio.md',
    )
    .argument(
      '[folder]',
      'folder of the project, as `clipstep init` makes it; made where it is missing (default: this folder if it is one, else my-clips)',
    )
    .addOption(portOption(7412))
    .option('--max-body <megabytes>', 'largest clip to accept', numberWithin(0.001, 1e6), 1000)
    .action((folder: string | undefined, flags: Flags) =>
      interruptible((signal) => run(folder, { ...flags, signal }), { endSeconds: RELEASE_SECONDS }),
    );
}

async function run(
  given: string | undefined,
  { port, maxBody, signal }: Flags & { signal: AbortSignal },
): Promise<void> {
  const folder = given ?? ((await exists(join('.', 'pipeline.yaml'))) ? '.' : 'my-clips');
  const token = newToken();
  const limits = { bodyBytes: Math.floor(maxBody * MEGABYTE) };
  const server = await listen(
    { host: HOST, port },
    {
      access: (bound) => ({
        hosts: allowedHosts({ host: HOST, port: bound }),
        proof: { kind: 'once', token },
      }),
      open: (access) => openStudio({ folder, access, limits, onError: console.error }),
    },
  );
  console.log(`The studio of ${folder} is open. Open this address in a browser; it works once:`);
  console.log(`  http://${HOST}:${server.port}/?token=${token}`);
  console.log('Ctrl-C ends it. Everything is kept in the folder.');
  await interruption(signal);
  await server.close();
}
