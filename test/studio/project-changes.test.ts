import { expect, it } from 'vitest';
import { projectChanges } from '../../src/studio/project-changes.js';

it('a change can be taken back until that is done, and not twice', async () => {
  const changes = projectChanges(() => undefined);
  const seen: Array<string | null> = [];
  const undo = async () => {
    seen.push(changes.undoTitle);
  };
  await changes.make(async () => ({ title: 'Delete 1 clip', undo, result: null }));
  await Promise.all([changes.undo(), changes.undo()]);
  expect(seen).toEqual(['Delete 1 clip']);
  expect(changes.undoTitle).toBe(null);
});

it('a change that cannot be taken back is tried once', async () => {
  const changes = projectChanges(() => undefined);
  const undo = () => Promise.reject(new Error('The disk is full.'));
  await changes.make(async () => ({ title: 'Delete 1 clip', undo, result: null }));
  await expect(changes.undo()).rejects.toThrow('The disk is full.');
  expect(changes.undoTitle).toBe(null);
});
