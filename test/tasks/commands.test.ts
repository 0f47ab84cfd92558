import { describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { requireTask } from '../../src/tasks/commands.js';
import { TASK_NAMES, taskOf } from '../../src/tasks/tasks.js';

describe.each(TASK_NAMES)('the task %s', (task) => {
  const { functions } = taskOf({ task });

  it('names functions that the library has', () => {
    for (const name of Object.values(functions)) expect(library).toHaveProperty(name, expect.any(Function));
  });

  it.each(TASK_NAMES.filter((other) => other !== task))('has its own named by those of %s', (other) => {
    const pipeline = { task, input: { kind: 'rows' } } as const;
    for (const to of ['train', 'evaluate'] as const) {
      expect(() => requireTask(other, { name: 'one', pipeline, to })).toThrow(
        expect.objectContaining({ code: 'usage', fix: `Call ${functions[to]}().` }),
      );
    }
    expect(() => requireTask(task, { name: 'one', pipeline, to: 'train' })).not.toThrow();
  });
});
