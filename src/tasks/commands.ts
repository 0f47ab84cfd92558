import { UserError } from '../errors.js';
import { type InputSettings, inputOf } from '../inputs/input-kinds.js';
import type { TaskName } from './tasks.js';

/** The commands that work on a pipeline, or on the model that came of one. */
export const MODEL_COMMANDS = [
  'train',
  'crossvalidate',
  'evaluate',
  'classify',
  'batch',
  'quantize',
  'generate',
] as const;

export type ModelCommand = (typeof MODEL_COMMANDS)[number];

/** Why a command does not work on something, after the name of that, and what to do instead. */
interface Refusal {
  readonly because: string;
  readonly fix: string;
}

interface CommandUse {
  /** By the pipeline's task; null where it works. */
  readonly tasks: Readonly<Record<TaskName, Refusal | null>>;
  /** Of what has no encoder; null where it works. */
  readonly withoutEncoder: Refusal | null;
  /** Of what reads texts; null where it works. */
  readonly ofTexts: Refusal | null;
}

const WRITES: Refusal = {
  because: 'writes text and knows no classes',
  fix: 'Use `clipstep generate`.',
};

/** Which command works with which task. docs/extending.md has it as a table. */
const COMMANDS: Readonly<Record<ModelCommand, CommandUse>> = {
  train: { tasks: { classification: null, language: null }, withoutEncoder: null, ofTexts: null },
  crossvalidate: {
    tasks: {
      classification: null,
      language: {
        because: 'learns from one running text, which has no examples to make folds of',
        fix: 'Train it, and give other shares of the text by --set split.test=0.2.',
      },
    },
    withoutEncoder: null,
    ofTexts: null,
  },
  evaluate: { tasks: { classification: null, language: null }, withoutEncoder: null, ofTexts: null },
  classify: { tasks: { classification: null, language: WRITES }, withoutEncoder: null, ofTexts: null },
  batch: {
    tasks: { classification: null, language: WRITES },
    withoutEncoder: null,
    ofTexts: {
      because: 'reads texts, and batch goes through files of clips',
      fix: 'Give the file of texts to `clipstep classify --json`: a line of JSON for each of its lines.',
    },
  },
  quantize: {
    tasks: { classification: null, language: null },
    withoutEncoder: {
      because: 'has no encoder, which is what can be quantized',
      fix: 'Give a model that reads frames, such as motion.',
    },
    ofTexts: null,
  },
  generate: {
    tasks: {
      classification: {
        because: 'names classes and does not write',
        fix: 'Give a model of language: `clipstep train shakespeare-characters` makes one.',
      },
      language: null,
    },
    withoutEncoder: null,
    ofTexts: null,
  },
};

/** As much of a pipeline as commands go by. */
interface Subject {
  readonly task: TaskName;
  readonly input: InputSettings;
}

/** Why a command does not work on a pipeline; null where it does. */
export function refusalOf(command: ModelCommand, { task, input }: Subject): Refusal | null {
  const { tasks, withoutEncoder, ofTexts } = COMMANDS[command];
  const { source, given } = inputOf(input);
  return (
    tasks[task] ?? (source.kind === 'direct' ? withoutEncoder : null) ?? (given === 'texts' ? ofTexts : null)
  );
}

/**
 * @param subject.name of the pipeline or of the model's folder, for the error.
 * @throws UserError `usage` where the command does not work on it.
 */
export function requireCommand(
  command: ModelCommand,
  { name, pipeline }: { readonly name: string; readonly pipeline: Subject },
): void {
  const refusal = refusalOf(command, pipeline);
  if (!refusal) return;
  throw new UserError('usage', { problem: `${name} ${refusal.because}.`, fix: refusal.fix });
}

/**
 * @param subject.instead the function that is for the other tasks.
 * @throws UserError `usage` where a pipeline is of another task.
 */
export function requireTask(
  task: TaskName,
  {
    name,
    pipeline,
    instead,
  }: { readonly name: string; readonly pipeline: Subject; readonly instead: string },
): void {
  if (pipeline.task === task) return;
  throw new UserError('usage', {
    problem: `${name} is of the task ${pipeline.task}, not ${task}.`,
    fix: `Call ${instead}().`,
  });
}
