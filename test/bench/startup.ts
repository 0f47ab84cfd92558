import { execFileSync } from 'node:child_process';
import { projectFolder } from '../support/cli.js';
import { tell } from './figures.js';
import { compare } from './measure.js';

const ROUNDS = 15;

/** How long `clipstep --version` takes as a whole process, beside a Node.js that does nothing. */
export async function benchStartup(): Promise<void> {
  const run = (...args: string[]) => execFileSync(process.execPath, args, { stdio: 'ignore' });
  const timings = await compare(
    [
      { name: 'node -e 0', run: async () => run('-e', '0') },
      { name: 'clipstep --version', run: async () => run(`${projectFolder}/dist/cli.js`, '--version') },
    ],
    ROUNDS,
  );
  for (const { name, milliseconds, ratio } of timings) {
    const line = `${name.padEnd(30)} ${milliseconds.toFixed(0)} ms  x ${ratio.toFixed(2)}`;
    tell(line, name, { milliseconds, ratio });
  }
}
