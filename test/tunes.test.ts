import { describe, expect, it } from 'vitest';
import { checkTunes, problemOf, tunesOf } from '../scripts/tunes.js';

const TUNE = 'X: 1\nT:A Tune\nM:6/8\nL:1/8\nK:G\n"G"G2A B2A|"D7"d3 -d2:|\n';

describe('a tune', () => {
  it.each<[string, string, string | null]>([
    ['as it should be', TUNE, null],
    ["with the Nottingham database's own field", TUNE.replace('K:G', 'Y:AB\nK:G'), null],
    ['without a key', TUNE.replace('K:G\n', ''), 'no field K:'],
    ['with what is no note', TUNE.replace('B2A', 'B2$A'), 'Unknown character ignored'],
    ['without notes', TUNE.split('\n').slice(0, 5).join('\n'), 'no notes'],
    ['that was cut off', '', 'no end'],
  ])('%s', (_, tune, problem) => {
    expect(problemOf(tune)).toBe(problem);
  });
});

describe('tunes', () => {
  it('are those of a book, or of what generate writes as JSON', () => {
    expect(tunesOf(`\n\n${TUNE}\n\n${TUNE.replace('X: 1', 'X:2')}`)).toHaveLength(2);
    const line = (endedBy: string) => JSON.stringify({ prompt: 'X: ', text: '1\nT:', endedBy });
    expect(tunesOf(`${line('stop')}\n${line('length')}\n`)).toEqual(['X: 1\nT:', '']);
  });

  it('are counted by what is wrong with them', () => {
    const bad = TUNE.replace('K:G\n', '');
    expect(checkTunes([TUNE, bad, '', bad])).toEqual({
      valid: 1,
      problems: [
        ['no field K:', 2],
        ['no end', 1],
      ],
    });
  });
});
