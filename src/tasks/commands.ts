import { UserError } from '../errors.js';
import { type InputSettings, inputOf } from '../inputs/input-kinds.js';
import type { ModelCommand, Refusal } from './model-commands.js';
import { type TaskName, taskOf } from './tasks.js';

/** What works with some inputs alone. What works with which task, each task says; docs/extending.md has all as a table. */
const REFUSALS: Partial<Record<ModelCommand, { withoutEncoder?: Refusal; ofTexts?: Refusal }>> = {
  batch: {
    ofTexts: {
      because: 'reads texts, and batch goes through files of clips',
      fix: 'Give the file of texts to `clipstep classify --json`: a line of JSON for each of its lines.',
    },
  },
  export: {
    withoutEncoder: {
      because: 'reads no frames, which is what an exported model is given',
      fix: 'Give a model of clips, such as motion.',
    },
  },
  quantize: {
    withoutEncoder: {
      because: 'has no encoder, which is what can be quantized',
      fix: 'Give a model that reads frames, such as motion.',
    },
  },
};

/** As much of a pipeline as commands go by. */
interface Subject {
  readonly task: TaskName;
  readonly input: InputSettings;
}

/** Why a command does not work on a pipeline; null where it does. */
export function refusalOf(command: ModelCommand, { task, input }: Subject): Refusal | null {
  const ofTask = taskOf({ task }).commands[command];
  if (ofTask) return ofTask;
  const { withoutEncoder, ofTexts } = REFUSALS[command] ?? {};
  const { source, given } = inputOf(input);
  return (source.kind === 'direct' ? withoutEncoder : null) ?? (given === 'texts' ? ofTexts : null) ?? null;
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
