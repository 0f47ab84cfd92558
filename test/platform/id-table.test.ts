import { expect, it } from 'vitest';
import { IdTable } from '../../src/platform/id-table.js';

it('keeps the latest number of each of many ids', () => {
  const table = new IdTable();
  const ids = Array.from({ length: 20_000 }, (_, index) => `clips/${index}.mp4`);
  for (const [index, id] of ids.entries()) expect(table.set(id, index)).toBeUndefined();
  expect(table.size).toBe(20_000);
  expect(table.set(ids[7]!, -1)).toBe(7);
  expect(table.size).toBe(20_000);
  expect(ids.map((id) => table.get(id))).toEqual(ids.map((_, index) => (index === 7 ? -1 : index)));
  expect(table.get('clips/20000.mp4')).toBeUndefined();
});
