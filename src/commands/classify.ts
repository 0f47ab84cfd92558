import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import { DEFAULT_TIMEOUT_SECONDS } from '../media/clip.js';
import type { PlanChoice } from '../media/frames.js';
import { SHIPPED_MODEL } from '../platform/package-files.js';
import { isWebAddress } from '../platform/remote/web-address.js';
import { classify } from '../predict/classify.js';
import type { Given } from '../predict/given.js';
import type { Outcome } from '../predict/outcome.js';
import { outcomeRow } from '../predict/outcome-row.js';
import type { openFilmStrips } from '../workflows/film-strips.js';
import { noteDefaultModel } from './default-model.js';
import { downloadProgress } from './download-progress.js';
import {
  allowDamagedOption,
  allowPrivateOption,
  encodingOption,
  engineOption,
  gathered,
  imagenetWeightsOption,
  maxDistanceOption,
  maxDownloadOption,
  minProbabilityOption,
  modelOption,
  samplingOption,
  wholeNumber,
} from './flags.js';
import { interruptible } from './interruptible.js';
import { STDIN, withSpooledStdin } from './spool-stdin.js';

interface Flags {
  readonly model?: string;
  readonly top: number;
  readonly minProbability?: number;
  readonly maxDistance?: number;
  readonly json?: boolean;
  readonly text?: readonly string[];
  readonly sampling: PlanChoice;
  readonly allowDamaged?: boolean;
  readonly encoding?: string;
  readonly engine: 'auto' | EngineName;
  readonly weights?: string;
  readonly strips?: string;
  readonly allowPrivate?: boolean;
  readonly maxDownload: number;
}

/** `clipstep classify` */
export function classifyCommand(finish: (exitCode: number) => void): Command {
  return new Command('classify')
    .description('classify video clips, image sequences or texts')
    .argument(
      '[inputs...]',
      'video files, images, folders, globs, %04d patterns, http(s) addresses; - reads a clip from stdin; for a model that reads texts, files with one text a line',
    )
    .option('--text <text>', 'a text, for a model that reads texts; repeat it for more', gathered)
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .option('-t, --top <count>', 'how many classes to list', wholeNumber(1), 3)
    .addOption(minProbabilityOption())
    .addOption(maxDistanceOption())
    .option('--json', 'print one line of JSON for each input')
    .option(
      '--strips <folder>',
      'draw the frames of each clip there, with the answer and what the network attended to (SVG)',
    )
    .addOption(allowPrivateOption())
    .addOption(maxDownloadOption())
    .addOption(samplingOption())
    .addOption(allowDamagedOption())
    .addOption(encodingOption())
    .addOption(engineOption())
    .action(async (paths: string[], flags: Flags, command: Command) => {
      const inputs = [...(flags.text ?? []).map((text) => ({ text })), ...paths];
      if (inputs.length === 0) command.help({ error: true });
      const failures = await interruptible((signal) => run(inputs, flags, signal));
      if (failures > 0) finish(1);
    });
}

async function run(inputs: readonly Given[], flags: Flags, signal: AbortSignal): Promise<number> {
  if (!inputs.includes(STDIN)) return classifyInputs(inputs, { flags, signal });
  return withSpooledStdin(signal, async (spooled) =>
    classifyInputs(
      inputs.map((input) => (input === STDIN ? spooled : input)),
      { flags, signal, spooled },
    ),
  );
}

/** @param run.spooled file of what came through stdin. @returns how many inputs failed. */
async function classifyInputs(
  inputs: readonly Given[],
  run: { flags: Flags; signal: AbortSignal; spooled?: string },
): Promise<number> {
  const { model = SHIPPED_MODEL, json, strips, text, ...flags } = run.flags;
  if (strips !== undefined) refuseAddresses(inputs);
  const { weights } = flags;
  const draw = strips === undefined ? null : await openStrips(strips, { model, weights, signal: run.signal });
  const download = downloadProgress('the pretrained MobileNet');
  const patience = tellOfWaiting();
  const onReceived = (bytes: number) => {
    patience.refresh();
    download.onReceived(bytes);
  };
  const remote = { allowPrivate: flags.allowPrivate, maxMegabytes: flags.maxDownload };
  const options = { ...flags, remote, signal: run.signal, onReceived };
  let failures = 0;
  // The loop below starts the model first, which takes longest to load.
  const started = setImmediate();
  const noted = started.then(() => (run.flags.model === undefined ? noteDefaultModel() : undefined));
  const printing = started.then(() =>
    json ? printJson : printerOfRows(inputs, { model, spooled: run.spooled }),
  );
  try {
    for await (const outcome of classify(model, inputs, options)) {
      await noted;
      download.stop();
      patience.refresh();
      await (await printing)(named(outcome, run.spooled));
      await draw?.(outcome);
      if (outcome.kind === 'failed') failures += 1;
    }
  } finally {
    clearInterval(patience);
    download.stop();
  }
  return failures;
}

/** @throws UserError `usage`: what was fetched is gone when its frames are to be drawn. */
function refuseAddresses(inputs: readonly Given[]): void {
  const address = inputs.find((given) => typeof given === 'string' && isWebAddress(given));
  if (address === undefined) return;
  throw new UserError('usage', {
    problem: '--strips draws the frames of files, and not of what is fetched from an address.',
    fix: 'Download the clip first, or leave --strips out.',
  });
}

const printJson = (outcome: Outcome): void => console.log(JSON.stringify(outcomeRow(outcome)));

/** What the rows of a table go by. */
interface Table {
  readonly model: string;
  readonly spooled: string | undefined;
}

async function printerOfRows(
  inputs: readonly Given[],
  table: Table,
): Promise<(outcome: Outcome) => Promise<void>> {
  const { outcomePrinter } = await import('./outcome-rows.js');
  let print: ReturnType<typeof outcomePrinter> | undefined;
  return async (outcome) => {
    const isLone = inputs.length === 1 && (outcome.input === inputs[0] || outcome.input === STDIN);
    print ??= outcomePrinter(
      isLone ? { inputs: [outcome.input], labels: [] } : await rowsAhead(inputs, table),
    );
    print(outcome);
  };
}

/** What there may be to print. */
async function rowsAhead(inputs: readonly Given[], { model, spooled }: Table) {
  const [{ findModel, IMAGENET }, { resolveInputs }] = await Promise.all([
    import('../bundle/find-model.js'),
    import('../media/locate.js'),
  ]);
  const namesOf = async (given: Given) => {
    if (typeof given !== 'string') return [given.text];
    if (given === spooled) return [STDIN];
    return isWebAddress(given) ? [given] : (await resolveInputs([given])).map(({ input }) => input);
  };
  const names = await Promise.all(inputs.map(namesOf));
  // What is wrong with a model is said by who opens it, and imagenet is not to be fetched twice.
  const found = model === IMAGENET ? null : await findModel(model).catch(() => null);
  return { inputs: names.flat(), labels: found?.manifest.labels ?? [] };
}

/** Loaded when it is asked for: no other run has to wait for it. */
const openStrips: typeof openFilmStrips = async (folder, options) =>
  (await import('../workflows/film-strips.js')).openFilmStrips(folder, options);

/** What came through stdin, or a line of it, is not called by the file where it lies. */
function named(outcome: Outcome, spooled: string | undefined): Outcome {
  if (spooled === undefined || !outcome.input.startsWith(spooled)) return outcome;
  const input = STDIN + outcome.input.slice(spooled.length);
  if (outcome.kind !== 'failed') return { ...outcome, input };
  const { code, message, fix } = outcome.error;
  const [said, advised] = [message, fix].map((text) => text.replaceAll(spooled, 'stdin'));
  return { ...outcome, input, error: { code, message: said!, fix: advised! } };
}

/** A long clip in a slow codec takes minutes, in which a silent program would seem to hang. */
const tellOfWaiting = (): NodeJS.Timeout =>
  setInterval(() => {
    console.error(`Still reading; a clip is given up after ${DEFAULT_TIMEOUT_SECONDS} s.`);
  }, WAITING_SECONDS * 1000).unref();

const WAITING_SECONDS = 10;
