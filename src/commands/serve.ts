import { Command, Option } from 'commander';
import type { EngineName } from '../engine/engine.js';
import { messageOf, UserError } from '../errors.js';
import type { PlanChoice } from '../media/frames.js';
import { SHIPPED_MODEL } from '../platform/package-files.js';
import { allowedHosts, bracketed, isEverywhere, isLoopback, ownAddresses } from '../serve/allowed-hosts.js';
import { newToken } from '../serve/check-access.js';
import { type ClipServer, createServer } from '../serve/create-server.js';
import { listen } from '../serve/listen.js';
import type { Access, Proof, ServeEvent } from '../serve/serve-options.js';
import { allowDamagedOption, engineOption, numberWithin, portOption, samplingOption } from './flags.js';
import { interruptible, interruption } from './interruptible.js';

interface Flags {
  readonly model: string[];
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly allowHost: string[];
  readonly cors: string[];
  readonly maxBody: number;
  readonly grace: number;
  readonly engine: 'auto' | EngineName;
  readonly sampling: PlanChoice;
  readonly allowDamaged?: boolean;
}

/** After the time of grace, to write the last answers and end threads and programs. */
const RELEASE_SECONDS = 10;

const MEGABYTE = 1e6;

/** `clipstep serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('classify clips over HTTP; see docs/serve.md')
    .addOption(
      new Option('-m, --model <models...>', 'folders of trained models, or names of ones that ship').default(
        [SHIPPED_MODEL],
        'motion, which ships',
      ),
    )
    .option('--host <address>', 'address to listen on; only this machine reaches the default', '127.0.0.1')
    .addOption(portOption(7411))
    .addOption(
      new Option('--token <token>', 'token that requests must send, as `Authorization: Bearer TOKEN`').env(
        'CLIPSTEP_TOKEN',
      ),
    )
    .option('--allow-host <names...>', 'more Host headers to answer, such as clips.example.com', [])
    .option('--cors <origins...>', 'sites whose pages may send requests, such as https://example.com', [])
    .option('--max-body <megabytes>', 'largest clip to accept', numberWithin(0.001, 1e6), 1000)
    .option('--grace <seconds>', 'time for running requests when it is stopped', numberWithin(0, 86_400), 30)
    .addOption(samplingOption())
    .addOption(allowDamagedOption())
    .addOption(engineOption())
    .action((flags: Flags) =>
      interruptible((signal) => run(flags, signal), { endSeconds: flags.grace + RELEASE_SECONDS }),
    );
}

async function run(flags: Flags, signal: AbortSignal): Promise<void> {
  const { host, port, grace } = flags;
  const proof = proofOf(flags);
  const server = await listen(
    { host, port },
    { access: (bound) => accessOf(flags, { port: bound, proof }), open: (access) => open(flags, access) },
  );
  console.log(greeting(flags, { port: server.port, proof }));
  await interruption(signal);
  await server.close({ graceSeconds: grace });
}

function accessOf(
  { host, allowHost: names, cors }: Flags,
  { port, proof }: { port: number; proof: Proof },
): Access {
  return { hosts: allowedHosts({ host, port, names }), corsOrigins: new Set(cors.map(origin)), proof };
}

function open(flags: Flags, access: Access): Promise<ClipServer> {
  const { model: models, maxBody, engine, sampling, allowDamaged } = flags;
  const limits = { bodyBytes: Math.floor(maxBody * MEGABYTE) };
  return createServer({ models, access, limits, engine, sampling, allowDamaged, onEvent: report });
}

/** On this machine whoever can reach the server can run clipstep too; beyond it somebody must show that it is them. */
function proofOf({ token, host }: Flags): Proof {
  if (token === '') throw emptyToken();
  if (token !== undefined) return { kind: 'bearer', token };
  return isLoopback(host) ? { kind: 'open' } : { kind: 'once', token: newToken() };
}

function greeting(flags: Flags, { port, proof }: { port: number; proof: Proof }): string {
  const hosts = isEverywhere(flags.host) ? ['localhost', ...ownAddresses()] : [flags.host];
  const addresses = hosts.map((host) => `http://${bracketed(host)}:${port}/`);
  if (proof.kind !== 'once') return addresses.map((address) => `Serving at ${address}`).join('\n');
  const lines = addresses.map((address) => `  ${address}?token=${proof.token}`);
  return [
    'Serving. Open one of these addresses in a browser, which is then let in; it works once:',
    ...lines,
    'For programs, start it with --token instead.',
  ].join('\n');
}

function report(event: ServeEvent): void {
  switch (event.kind) {
    case 'model-changed':
      console.error(`The model ${event.name} has changed and was loaded again.`);
      break;
    case 'model-refused':
      console.error(
        `The model ${event.name} has changed, but cannot be loaded; the old one stays in use. ${messageOf(event.error)}`,
      );
      break;
    case 'defect':
      console.error(event.error);
  }
}

/** As browsers send it. @throws UserError `usage` */
function origin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new UserError('usage', {
    problem: `--cors takes origins, and ${text} is not one.`,
    fix: 'Give scheme and host without a path, such as https://example.com.',
  });
}

function emptyToken(): UserError {
  return new UserError('usage', {
    problem: 'The token is empty, which lets everybody in.',
    fix: 'Give --token or CLIPSTEP_TOKEN a long random text, or leave it out.',
  });
}
