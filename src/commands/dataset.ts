import { Presets, SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { PUBLISHED, type PublishedDataset } from '../datasets/fetched/catalogue.js';
import { fetchDataset } from '../datasets/fetched/fetch-dataset.js';
import { generateMotion } from '../datasets/motion/generate-motion.js';
import { counted } from '../platform/counted.js';
import { wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';

interface MotionFlags {
  readonly out: string;
  readonly perClass: number;
  readonly seed: number;
}

interface FetchFlags {
  readonly out: string;
  readonly mirror?: string;
}

/** `clipstep dataset motion`, and one for each that is fetched */
export function datasetCommand(): Command {
  const command = new Command('dataset').description('generate a dataset, or fetch one');
  command.addCommand(motionCommand());
  for (const [name, dataset] of Object.entries<PublishedDataset>(PUBLISHED)) {
    command.addCommand(fetchCommand(name, dataset));
  }
  return command;
}

function motionCommand(): Command {
  return new Command('motion')
    .description('render clips of eight motions, each the reverse of another')
    .requiredOption('-o, --out <folder>', 'folder to write, empty or not there yet')
    .option('-n, --per-class <count>', 'clips of each class', wholeNumber(1), 100)
    .option('-s, --seed <number>', 'the same seed renders the same frames', wholeNumber(0), 1)
    .action(async (flags: MotionFlags) => {
      const clips = await interruptible((signal) => generateWithProgress(flags, signal));
      const labels = new Set(clips.map((clip) => clip.label));
      console.log(
        `${counted(clips.length, 'clip')} of ${counted(labels.size, 'class', 'classes')} ${clips.length === 1 ? 'is' : 'are'} in ${flags.out}`,
      );
    });
}

function fetchCommand(name: string, dataset: PublishedDataset): Command {
  const { title, licence, sources } = dataset;
  return new Command(name)
    .description(`fetch ${title}; licence: ${licence}`)
    .requiredOption('-o, --out <folder>', 'folder for its files')
    .option('--mirror <address>', 'address of a folder with the same files on another server')
    .action(async ({ out: folder, mirror }: FetchFlags) => {
      console.error(`${name}: ${title}\nLicence: ${licence}`);
      const from = mirror?.replace(/\/*$/, '/');
      console.error(`From ${from ?? sources.map(({ address }) => address).join(', ')}`);
      const files = await interruptible((signal) => fetchDataset(dataset, { folder, mirror: from, signal }));
      console.log(
        `${counted(files.length, 'file')} ${files.length === 1 ? 'is' : 'are'} in ${folder}: ${files.join(', ')}`,
      );
    });
}

async function generateWithProgress({ out, perClass, seed }: MotionFlags, signal: AbortSignal) {
  // On standard error, and only where that is a terminal.
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} clips, {eta_formatted} left' },
    Presets.shades_classic,
  );
  bar.start(0, 0);
  const onClip = (done: number, total: number) => {
    bar.setTotal(total);
    bar.update(done);
  };
  try {
    return await generateMotion({ folder: out, perClass, seed, onClip, signal });
  } finally {
    bar.stop();
  }
}
