import type { TaskName } from '../tasks/tasks.js';
import type { TaskCommands } from './tasks/task-commands.js';

/**
 * What the commands do with each task: the half of a task that stands on training, evaluation and reports, where
 * tasks/tasks.ts has the half that these stand on.
 */
const COMMANDS_BY_TASK: Readonly<Record<TaskName, () => Promise<TaskCommands>>> = {
  classification: async () => (await import('./tasks/classification-commands.js')).classificationCommands,
  language: async () => (await import('./tasks/language-commands.js')).languageCommands,
  translation: async () => (await import('./tasks/translation-commands.js')).translationCommands,
};

/** Loads it. */
export const commandsOf = ({ task }: { readonly task: TaskName }): Promise<TaskCommands> =>
  COMMANDS_BY_TASK[task]();
