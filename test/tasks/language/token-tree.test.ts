import { expect, it } from 'vitest';
import { random } from '../../../src/random.js';
import { TokenTree } from '../../../src/tasks/language/token-tree.js';

it('a tree of tokens finds each child again, and no other, however large it grows', () => {
  const branching = 50_000;
  const tree = new TokenTree(branching);
  const stream = random(1, 'tree');
  const expected = new Map<string, number>();
  for (let turn = 0; turn < 20_000; turn++) {
    const parent = stream.integer(0, tree.size);
    const token = stream.integer(0, branching);
    const key = `${parent} ${token}`;
    expect(tree.child(parent, token)).toBe(expected.get(key));
    if (!expected.has(key)) expected.set(key, tree.add(parent, token));
  }
  for (const [key, node] of expected) {
    const [parent, token] = key.split(' ').map(Number);
    expect(tree.child(parent!, token!)).toBe(node);
  }
  expect(tree.size).toBe(expected.size + 1);
});
