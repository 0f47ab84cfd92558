import { Command } from 'commander';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import { publicAddress } from '../platform/remote/web-address.js';
import { enqueue } from '../queue/enqueue.js';
import { commandLine } from '../workflows/command-line.js';
import { encodingOption, imagenetWeightsOption, modelOption, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';
import { type ModelFlags, openModel } from './prediction-options.js';
import { type JobFlags, nameOption, queueOption } from './queue-options.js';

interface Flags extends JobFlags, ModelFlags {
  readonly out?: string;
  readonly chunk: number;
  readonly encoding?: string;
  readonly followLinks?: boolean;
}

/** `clipstep enqueue` */
export function enqueueCommand(): Command {
  return new Command('enqueue')
    .description('put clips onto a queue, for workers on any number of machines')
    .argument('<source>', 'as of batch: a folder, a manifest (CSV), or a file of texts')
    .addOption(queueOption())
    .addOption(nameOption())
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .option('-o, --out <folder>', 'folder of the parts: clips with a row there are left out')
    .option('--chunk <count>', 'clips that a worker takes at once', wholeNumber(1), 8)
    .option('--follow-links', 'follow links that leave the folder')
    .addOption(encodingOption())
    .action(async (source: string, flags: Flags) => {
      const { queue, name, out, chunk: chunkClips, encoding, followLinks } = flags;
      const bundle = await openModel(flags);
      const { clips, chunks, kept, skipped } = await interruptible((signal) =>
        enqueue({ bundle, source, queue, name, out, chunkClips, encoding, followLinks, signal }),
      );
      for (const { path, problem } of skipped) console.error(`Skipped: ${printable(`${path}: ${problem}`)}`);
      const before = kept > 0 ? `; ${kept} have a row already` : '';
      console.log(`${name}: ${counted(clips, 'clip')} in ${counted(chunks, 'chunk')}${before}`);
      if (clips > 0) console.log(`Start workers: ${workCommand(flags)}`);
    });
}

/** What a worker is started with on this machine; an address with a password is not shown. */
function workCommand({ queue, name, model, weights }: Flags): string {
  const address = publicAddress(queue) === queue ? queue : 'ADDRESS';
  return commandLine('work', { weights }, [
    ...(process.env.CLIPSTEP_QUEUE === queue ? [] : ['--queue', address]),
    ...['--name', name],
    ...(model === undefined ? [] : ['--model', model]),
    ...['--out', 'FOLDER'],
  ]);
}
