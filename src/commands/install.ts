import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { type InstallPlan, installTensorflow } from '../engine/tensorflow/install.js';
import { UserError } from '../errors.js';

/** `clipstep install tensorflow` */
export function installCommand(): Command {
  const tensorflow = new Command('tensorflow')
    .description("build the tensorflow engine against TensorFlow's own libraries, into the user's cache")
    .option('-y, --yes', 'download without asking')
    .action(async (flags: { yes?: boolean }) => {
      const interruption = new AbortController();
      const interrupt = () => interruption.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      const outcome = await installTensorflow({
        confirm: (plan) => confirm(plan, flags.yes ?? false),
        onProgress: (message) => console.error(message),
        signal: interruption.signal,
      }).finally(() => process.off('SIGINT', interrupt).off('SIGTERM', interrupt));
      console.log(`${SENTENCES[outcome.kind]} ${outcome.folder}`);
    });
  return new Command('install').description('install an optional part').addCommand(tensorflow);
}

const SENTENCES = {
  present: 'The tensorflow engine is already there and loads:',
  installed: 'The tensorflow engine is installed in',
  declined: 'Nothing was downloaded. The tensorflow engine would be installed in',
} as const;

async function confirm(plan: InstallPlan, yes: boolean): Promise<boolean> {
  console.error('This downloads');
  for (const { name, bytes } of plan.downloads) console.error(`  ${inMegabytes(bytes)}  ${name}`);
  console.error(`and takes ${inMegabytes(plan.installedBytes)} in ${plan.folder}`);
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new UserError('usage', {
      problem: 'There is no terminal to ask on whether to download this.',
      fix: 'Run `clipstep install tensorflow --yes`.',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Go on? [y/N] ').finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
