import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
import { outcomePrinter } from '../../src/commands/outcome-rows.js';
import type { Classified } from '../../src/predict/outcome.js';

const shared = {
  probability: 0.9,
  top: [
    { label: 'up', probability: 0.9 },
    { label: 'counter-clockwise', probability: 0.1 },
  ],
  frames: 8,
  durationSeconds: 1,
  model: 'm',
  engine: 'onnx',
} as const;
const milliseconds = (decode: number) => ({ decode, encode: 1, recurrent: 1 });

const outcomes: Classified[] = [
  { ...shared, kind: 'class', input: 'a', label: 'up', milliseconds: milliseconds(1) },
  {
    ...shared,
    kind: 'class',
    input: 'b/long',
    label: 'counter-clockwise',
    milliseconds: milliseconds(12_000),
  },
  { ...shared, kind: 'unknown', input: 'c', reason: 'unlike', score: 9, milliseconds: milliseconds(1) },
];

test('columns stand where they stood in the first row', () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const labels = shared.top.map(({ label }) => label);
  outcomes.forEach(outcomePrinter({ inputs: outcomes.map(({ input }) => input), labels }));
  const lines = printed.mock.calls.map(([line]) => stripVTControlCharacters(String(line)));
  printed.mockRestore();
  const columnsOf = (line: string) => [...line].flatMap((sign, column) => (sign === '│' ? [column] : []));
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map((line) => `${columnsOf(line)}`)).size).toBe(1);
});
