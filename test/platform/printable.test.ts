import { expect, test, vi } from 'vitest';
import { outcomePrinter } from '../../src/commands/outcome-rows.js';
import { asSrt, asVtt } from '../../src/predict/batch/subtitles.js';
import type { Outcome } from '../../src/predict/outcome.js';
import { text } from '../../src/report/page.js';

/** A name that clears a terminal, and one that turns what follows. */
const EVIL = 'a\x1b[2Jb\x07\u202ec\x9b1m';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ACTING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

const outcomes: Outcome[] = [
  {
    kind: 'class',
    input: EVIL,
    label: EVIL,
    probability: 0.9,
    top: [
      { label: EVIL, probability: 0.9 },
      { label: EVIL, probability: 0.1 },
    ],
    frames: 8,
    damaged: 2,
    durationSeconds: 1,
    model: 'm',
    engine: 'onnx',
    milliseconds: { decode: 1, encode: 1, recurrent: 1 },
  },
  { kind: 'failed', input: EVIL, error: { code: 'corrupt', message: EVIL, fix: `ffmpeg -i ${EVIL}` } },
];

test('names act on nobody: in tables, subtitles and pages', () => {
  const segment = { startSeconds: 0, endSeconds: 1, label: EVIL, probability: 0.5 };
  // Colours are the table's own.
  const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  outcomes.forEach(outcomePrinter({ inputs: [EVIL], labels: [EVIL] }));
  const lines = printed.mock.calls.map(([line]) => String(line)).join('\n');
  printed.mockRestore();
  const outputs = [lines.replace(colour, ''), asVtt([segment]), asSrt([segment]), text(EVIL)];
  for (const output of outputs) {
    expect(output).toContain('a\uFFFD[2Jb');
    expect(output).not.toMatch(ACTING);
  }
});
