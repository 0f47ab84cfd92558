import { UserError } from '../errors.js';
import { type InputSettings, inputOf } from '../inputs/input-kinds.js';
import type { ModelCommand, Refusal } from './model-commands.js';
import type { TaskFunction } from './task.js';
import { type TaskName, taskOf } from './tasks.js';

/** Why what has no encoder does not work with some. What works with which task, each task says; docs/extending.md has all as a table. */
const WITHOUT_ENCODER: Partial<Record<ModelCommand, Refusal>> = {
  watch: {
    because: 'reads no frames, which is what a live source gives',
    fix: 'Give a model of clips, such as motion.',
  },
  export: {
    because: 'reads no frames, which is what an exported model is given',
    fix: 'Give a model of clips, such as motion.',
  },
  quantize: {
    because: 'has no encoder, which is what can be quantized',
    fix: 'Give a model that reads frames, such as motion.',
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
  const ofInput = inputOf(input).source.kind === 'direct' ? WITHOUT_ENCODER[command] : null;
  return ofTask ?? ofInput ?? null;
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
 * @param subject.to what the calling function does.
 * @throws UserError `usage` where a pipeline is of another task.
 */
export function requireTask(
  task: TaskName,
  { name, pipeline, to }: { readonly name: string; readonly pipeline: Subject; readonly to: TaskFunction },
): void {
  if (pipeline.task === task) return;
  throw new UserError('usage', {
    problem: `${name} is of the task ${pipeline.task}, not ${task}.`,
    fix: `Call ${taskOf(pipeline).functions[to]}().`,
  });
}
