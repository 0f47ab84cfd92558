import { InvalidArgumentError, Option } from 'commander';
import { isEncoding } from '../datasets/texts/is-encoding.js';
import type { EngineName } from '../engine/engine.js';
import { UserError } from '../errors.js';
import type { PlanChoice } from '../media/frames.js';

/** `--engine`, the same for every command that computes. */
export const engineOption = () =>
  new Option('--engine <name>', 'engine that computes; auto takes the embedded one, onnx')
    .choices(['auto', 'onnx', 'tensorflow'] satisfies Array<'auto' | EngineName>)
    .default('auto');

/** `--seed`, the same for every command that trains. */
export const seedOption = () =>
  new Option('--seed <number>', "seed instead of the pipeline's").argParser(wholeNumber(0));

/** `--weights`, likewise. */
export const weightsOption = () =>
  new Option(
    '--weights <source>',
    "pretrained encoder instead of the pipeline's: hub, a folder, or a model that ships, such as motion",
  );

/** `--outliers`, the same for every command that trains a classifier. */
export const outliersOption = () =>
  new Option(
    '--outliers <path>',
    'also learn to call these unlike: a folder of clips, a manifest (CSV), or a file of texts, of none of the classes; for MNIST, a folder of pictures, or scribbles',
  );

/** `--set`, likewise. */
export const setOption = () =>
  new Option(
    '--set <name=value...>',
    'change a setting of the pipeline, such as training.epochs=3; null leaves it out',
  ).argParser(settings);

/** `--sampling`, the same for every command that reads clips to say what they show. */
export const samplingOption = () =>
  new Option(
    '--sampling <accuracy>',
    'quick: in long clips, read frames near the sampled ones where that saves much time; exact: read the sampled frames only',
  )
    .choices(['quick', 'exact'] satisfies PlanChoice[])
    .default('quick');

/** `--allow-damaged`, the same for every command that reads clips to say what they show. */
export const allowDamagedOption = () =>
  new Option(
    '--allow-damaged',
    'classify damaged clips anyway; results say how many of their frames were damaged',
  );

/** `--allow-private`, the same for every command that fetches clips. */
export const allowPrivateOption = () =>
  new Option('--allow-private', 'fetch clips from addresses of this machine and its own network, too');

/** `--max-download`, likewise. */
export const maxDownloadOption = () =>
  new Option('--max-download <megabytes>', 'longest clip that is fetched')
    .argParser(numberWithin(0.001, 1e6))
    .default(2000);

/** Gathers a repeatable flag's `name=value` texts. */
export function settings(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([\w.]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError(`It must be name=value, such as training.epochs=3, and ${text} is not.`);
  }
  return { ...earlier, [name]: value };
}

/** Gathers a repeatable flag's texts. */
export const gathered = (text: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  text,
];

/** `--model`, the same for every command that predicts. */
export const modelOption = () =>
  new Option(
    '-m, --model <model>',
    "folder of a trained model, the name of one that ships, or imagenet: a pretrained MobileNet's 1000 classes (default: motion, which ships)",
  );

/** `--encoding`, the same for every command that reads texts. */
export const encodingOption = () =>
  new Option('--encoding <name>', 'encoding of texts that are not UTF-8, such as windows-1252').argParser(
    (name: string) => {
      if (isEncoding(name)) return name;
      throw new InvalidArgumentError('It must be the name of an encoding, such as windows-1252 or utf-16le.');
    },
  );

/** `--weights` of `--model imagenet`. */
export const imagenetWeightsOption = () =>
  new Option(
    '--weights <folder>',
    'for --model imagenet: folder of its TensorFlow.js model (default: downloaded once)',
  );

/** Parses a flag's whole number, at least `minimum` and at most `maximum`. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const expected =
    maximum < Number.MAX_SAFE_INTEGER ? `from ${minimum} to ${maximum}` : `of at least ${minimum}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum && value <= maximum)
      return value;
    throw new InvalidArgumentError(`It must be a whole number ${expected}.`);
  };
}

const HIGHEST_PORT = 65_535;

/** `--port`, the same for every command that listens. @param usual where none is given. */
export const portOption = (usual: number) =>
  new Option('--port <number>', 'port to listen on; 0 takes any that is free')
    .argParser((text: string) => {
      const port = wholeNumber(0)(text);
      if (port <= HIGHEST_PORT) return port;
      throw new InvalidArgumentError(`There is no port ${port}; the highest is ${HIGHEST_PORT}.`);
    })
    .default(usual);

/** Parses a flag's whole numbers, at least 1 each, such as 5,10,20. */
export const wholeNumbers = (text: string): number[] => text.split(',').map(wholeNumber(1));

/** Parses a flag's number within bounds, both included. */
export function numberWithin(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}

/** `--min-probability`, the same for every command that says what clips show. */
export const minProbabilityOption = () =>
  new Option(
    '--min-probability <probability>',
    "answer unknown below this probability (default: the model's own)",
  ).argParser(numberWithin(0, 1));

/** `--max-distance`, the same for every command that says what clips show. */
export const maxDistanceOption = () =>
  new Option(
    '--max-distance <distance>',
    "answer unlike for a clip or text that is farther than this from the training data; inf for none (default: the model's own)",
  ).argParser(distance);

function distance(text: string): number {
  const value = text === 'inf' ? Number.POSITIVE_INFINITY : Number(text);
  if (text.trim() !== '' && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0, or inf.');
}

/** @throws UserError `usage` where one of the flags was given, which such a model has no use for. */
export function refuseFlags(model: string, flags: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(flags).filter((flag) => flags[flag] !== undefined);
  if (given.length === 0) return;
  throw new UserError('usage', {
    problem: `${given.join(' and ')} cannot be used with ${model}.`,
    fix: 'Leave it out.',
  });
}
