import { describe, expect, it } from 'vitest';
import type { Added } from '../../src/studio/additions.js';
import { type Change, projectChanges } from '../../src/studio/project-changes.js';

it('a change can be taken back until that is done, and not twice', async () => {
  const changes = projectChanges(() => undefined);
  const seen: Array<string | null> = [];
  const undo = async () => {
    seen.push(changes.undoTitle);
  };
  await changes.make(async () => ({ title: 'Delete 1 clip', undo }));
  await Promise.all([changes.undo(), changes.undo()]);
  expect(seen).toEqual(['Delete 1 clip']);
  expect(changes.undoTitle).toBe(null);
});

it('a change that cannot be taken back is tried once', async () => {
  const changes = projectChanges(() => undefined);
  const undo = () => Promise.reject(new Error('The disk is full.'));
  await changes.make(async () => ({ title: 'Delete 1 clip', undo }));
  await expect(changes.undo()).rejects.toThrow('The disk is full.');
  expect(changes.undoTitle).toBe(null);
});

describe('what is dropped at once', () => {
  const undone: Added[] = [];
  const addition = (drop: string, added: Added): Change => {
    const whole = (all: Added): Change => ({
      title: `${drop}: ${all.classes.length} and ${all.clips.length}`,
      undo: async () => {
        undone.push(all);
      },
      part: { drop, added: all, whole },
    });
    return whole(added);
  };
  const clip = (drop: string, id: string) => addition(drop, { classes: [], clips: [id] });
  const titlesOf = async (given: readonly Change[]) => {
    const changes = projectChanges(() => undefined);
    for (const each of given) await changes.make(async () => each);
    const titles: string[] = [];
    while (changes.undoTitle !== null) {
      titles.push(changes.undoTitle);
      await changes.undo();
    }
    return titles;
  };

  it('is taken back in one step, classes and clips, also where two drops arrive at the same time', async () => {
    const one = addition('one', { classes: ['jump'], clips: [] });
    const two = addition('two', { classes: ['fall'], clips: [] });
    const titles = await titlesOf([
      one,
      clip('one', 'jump/a'),
      two,
      clip('one', 'jump/b'),
      clip('two', 'fall/a'),
    ]);
    expect(titles).toEqual(['two: 1 and 1', 'one: 1 and 2']);
    expect(undone.splice(0)).toEqual([
      { classes: ['fall'], clips: ['fall/a'] },
      { classes: ['jump'], clips: ['jump/a', 'jump/b'] },
    ]);
  });

  it('is taken back in two steps where something was changed between', async () => {
    const rename: Change = { title: 'Rename', undo: async () => {} };
    const titles = await titlesOf([
      clip('one', 'a'),
      clip('one', 'b'),
      rename,
      clip('one', 'c'),
      clip('one', 'd'),
    ]);
    expect(titles).toEqual(['one: 0 and 2', 'Rename', 'one: 0 and 2']);
  });
});
