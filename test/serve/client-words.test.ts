import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { abortedFailure, memoryFailure, tooLargeFailure } from '../../src/media/failures.js';
import { damageFailure, decodingFailure } from '../../src/media/video/decoding-failure.js';
import { clientWords, refusalWords } from '../../src/serve/client-words.js';

const path = '/srv/tmp/clipstep-serve-1/body';
const probe = { index: { timeline: { isKeyframe: [true, false] } } };
const video = { path, allowDamaged: false, probe };
const names = new Map([[path, 'clip']]);

const decoding = (found: number, errorLines: readonly string[]) =>
  decodingFailure(video, { found, expected: 5, exit: { kind: 'exited', exitCode: 0, errorLines } });

describe('what is wrong with a body', () => {
  it.each([
    ['corrupt', damageFailure(video, 'Invalid data')],
    ['corrupt', damageFailure(video, 'Cannot allocate memory')],
    ['corrupt', decoding(2, ['error while decoding MB'])],
    ['partial', decoding(2, [])],
    ['no_frames', decoding(0, [])],
    ['unreadable', decoding(0, ['Decoder av1 not found'])],
    ['too_large', tooLargeFailure(path, '9000x9000')],
    ['killed', memoryFailure(path, 'bad_alloc')],
  ])('(%s) is fixed by what a client can do', (code, error) => {
    const words = clientWords(error, names);
    expect(words.code).toBe(code);
    expect(words.problem).toContain('clip');
    expect(words.problem + words.fix).not.toContain('/');
    expect(words.fix).not.toMatch(/--[a-z]|CLIPSTEP_|ffmpeg|ulimit/);
  });

  it('keeps a fix that a client can follow', () => {
    const error = abortedFailure(path);
    expect(clientWords(error, names)).toMatchObject({ fix: error.fix, problem: 'Reading clip was stopped.' });
  });
});

describe('what is wrong with the server', () => {
  it.each([
    ['/opt/some/tools/ffmpeg is not there.', 'ffmpeg is not there.'],
    ['The file "/srv/models/names/model.json" is damaged.', 'The file "model.json" is damaged.'],
    ['C:\\Users\\me\\models\\names: no such folder.', 'names: no such folder.'],
    [
      'GET http://hub.example/a/b failed, and/or timed out.',
      'GET http://hub.example/a/b failed, and/or timed out.',
    ],
  ])('says %s without folders', (problem, said) => {
    expect(refusalWords(new UserError('bad_bundle', { problem, fix: 'Copy it.' })).problem).toBe(said);
  });

  it('is for whoever runs it to fix', () => {
    const error = new UserError('missing_tool', { problem: 'No ffmpeg.', fix: 'Set CLIPSTEP_FFMPEG.' });
    expect(refusalWords(error).fix).toBe('Tell whoever runs the server: Set CLIPSTEP_FFMPEG.');
  });
});
