import { Presets, SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { generateMotion } from '../datasets/motion/generate.js';
import { counted } from '../platform/counted.js';
import { wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';

interface Flags {
  readonly out: string;
  readonly perClass: number;
  readonly seed: number;
}

/** `clipstep dataset motion` */
export function datasetCommand(): Command {
  const motion = new Command('motion')
    .description('render clips of eight motions, each the reverse of another')
    .requiredOption('-o, --out <folder>', 'folder to write: empty, or not there yet')
    .option('-n, --per-class <count>', 'clips of each class', wholeNumber(1), 100)
    .option('-s, --seed <number>', 'the same seed renders the same frames', wholeNumber(0), 1)
    .action(async (flags: Flags) => {
      const clips = await interruptible((signal) => generateWithProgress(flags, signal));
      const labels = new Set(clips.map((clip) => clip.label));
      console.log(
        `${counted(clips.length, 'clip')} of ${counted(labels.size, 'class', 'classes')} ${clips.length === 1 ? 'is' : 'are'} in ${flags.out}`,
      );
    });
  return new Command('dataset').description('generate a dataset').addCommand(motion);
}

async function generateWithProgress({ out, perClass, seed }: Flags, signal: AbortSignal) {
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
