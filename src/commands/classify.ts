import { Command } from 'commander';
import type { Manifest } from '../bundle/manifest.js';
import type { EngineName } from '../engine/engine.js';
import type { PlanChoice } from '../media/frames.js';
import type { ClassifyOptions, Outcome } from '../predict/classify.js';
import { loadedModel, type ModelThreads, startModelThreads } from '../predict/thread/model-threads.js';
import type { LoadedModel } from '../predict/thread/protocol.js';
import { engineOption, modelOption, numberWithin, samplingOption, wholeNumber } from './flags.js';
import { interruptible } from './interruptible.js';

interface Flags {
  readonly model: string;
  readonly top: number;
  readonly minProbability?: number;
  readonly json?: boolean;
  readonly sampling: PlanChoice;
  readonly engine: 'auto' | EngineName;
}

/** `clipstep classify` */
export function classifyCommand(finish: (exitCode: number) => void): Command {
  return new Command('classify')
    .description('say what video clips and image sequences show')
    .argument('<inputs...>', 'video files, images, folders of frames or of clips, globs, %04d patterns')
    .addOption(modelOption())
    .option('-t, --top <count>', 'classes listed for each input', wholeNumber(1), 3)
    .option(
      '--min-probability <probability>',
      "call a clip unknown below it (default: the model's own)",
      numberWithin(0, 1),
    )
    .option('--json', 'one line of JSON for each input')
    .addOption(samplingOption())
    .addOption(engineOption())
    .action(async (inputs: string[], flags: Flags) => {
      const failures = await interruptible((signal) => run(inputs, flags, signal));
      if (failures > 0) finish(1);
    });
}

async function run(inputs: string[], flags: Flags, signal: AbortSignal): Promise<number> {
  const manifest = import('../bundle/manifest.js').then(({ readManifest }) => readManifest(flags.model));
  // Before all else is imported, since the thread has longest to do.
  const threads = startModelThreads({ engine: flags.engine, model: readModel(flags.model, manifest) }, 1);
  const outcomes: Outcome[] = [];
  try {
    for await (const outcome of classifyInputs(threads, { inputs, flags, signal, manifest })) {
      outcomes.push(outcome);
      if (flags.json) console.log(JSON.stringify(jsonLine(outcome)));
    }
  } finally {
    if (!flags.json && outcomes.length > 0) {
      const { outcomeTable } = await import('./outcome-table.js');
      console.log(outcomeTable(outcomes));
    }
    await threads.release();
  }
  return outcomes.filter((outcome) => outcome.kind === 'failed').length;
}

async function readModel(folder: string, reading: Promise<Manifest>): Promise<LoadedModel> {
  const [{ completeBundle }, manifest] = await Promise.all([import('../bundle/bundle.js'), reading]);
  return loadedModel(await completeBundle({ folder, manifest }));
}

async function* classifyInputs(
  threads: ModelThreads,
  work: { inputs: string[]; flags: Flags; signal: AbortSignal; manifest: Promise<Manifest> },
): AsyncGenerator<Outcome> {
  const { inputs, flags, signal } = work;
  void prepareMedia(inputs);
  const { classifyOn } = await import('../predict/classify.js');
  // The first clip is decoded while the weights are still read.
  const manifest = await work.manifest;
  const { top, engine, sampling, minProbability } = flags;
  const options: ClassifyOptions = {
    ...{ top, engine, sampling, signal },
    minProbability,
  };
  yield* classifyOn(threads, { bundle: { folder: flags.model, manifest }, inputs, options });
}

/** Asks ffmpeg for its version while other things are loaded, where an input has a clip's name: images need none. */
async function prepareMedia(inputs: readonly string[]): Promise<void> {
  const { isClipName } = await import('../media/locate.js');
  if (!inputs.some(isClipName)) return;
  const { prepareFfmpeg } = await import('../media/ffmpeg/ffmpeg.js');
  await prepareFfmpeg();
}

function jsonLine(outcome: Outcome): object {
  if (outcome.kind === 'failed') return { input: outcome.input, error: outcome.error };
  const { kind, milliseconds, ...line } = outcome;
  return line;
}
