import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { type InstallPlan, installTensorflow } from '../engine/tensorflow/install.js';
import { UserError } from '../errors.js';
import { interruptible } from './interruptible.js';

/** `clipstep install tensorflow` */
export function installCommand(): Command {
  const tensorflow = new Command('tensorflow')
    .description("build the tensorflow engine from TensorFlow's own libraries, in your cache folder")
    .option('-y, --yes', 'download without asking')
    .action(async (flags: { yes?: boolean }) => {
      const { kind, folder } = await interruptible((signal) =>
        installTensorflow({
          confirm: async (plan) => {
            console.error(describePlan(plan));
            return flags.yes || ask(signal);
          },
          onProgress: (message) => console.error(message),
          signal,
        }),
      );
      console.log(`${SENTENCES[kind]} ${folder}`);
    });
  return new Command('install').description('install an optional part').addCommand(tensorflow);
}

const SENTENCES = {
  present: 'The tensorflow engine is there already and loads:',
  installed: 'The tensorflow engine is installed in',
  declined: 'Nothing was downloaded. The tensorflow engine would be installed in',
} as const;

function describePlan({ downloads, installedBytes, folder }: InstallPlan): string {
  const lines = downloads.map(({ name, bytes }) => `  ${inMegabytes(bytes)}  ${name}`);
  return ['This downloads', ...lines, `and takes ${inMegabytes(installedBytes)} in ${folder}`].join('\n');
}

async function ask(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UserError('usage', {
      problem: 'There is no terminal on which to ask before downloading this.',
      fix: 'Run `clipstep install tensorflow --yes`.',
    });
  }
  // terminal: false leaves Ctrl-C to the terminal, which makes it the signal that is waited for here.
  const prompt = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const answers = [prompt.question('Go on? [y/N] ', { signal }), once(prompt, 'close').then(() => 'no')];
  const answer = await Promise.race(answers).catch(() => 'no');
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
