import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep } from '../support/cli.js';
import { saveTinyTextBundle, writeTinyTexts } from '../support/tiny-texts.js';

let root: string;
let model: string;
let texts: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-interrupted-'));
  model = join(root, 'model');
  texts = join(root, 'texts.txt');
  await saveTinyTextBundle(model);
  await writeFile(texts, 'tami\n'.repeat(50_000));
});
afterAll(() => rm(root, { recursive: true }));

/** At the first output; a second signal would end the process at once. */
function sendOnce(signal: NodeJS.Signals) {
  let isSent = false;
  return (_: string, kill: (signal: NodeJS.Signals) => void) => {
    if (!isSent) kill(signal);
    isSent = true;
  };
}

describe.skipIf(process.platform === 'win32')('a command on many texts', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that classifies them ends on %s', async (signal) => {
    const { code, stderr } = await clipstep(['classify', texts, '--model', model], {
      onStdout: sendOnce(signal),
    });
    expect(stderr).toBe('Interrupted while texts were classified.\nGive the same command again.\n');
    expect(code).toBe(130);
  });

  it('that classifies them as a batch ends on SIGINT', async () => {
    const args = ['batch', texts, '--model', model, '--out', join(root, 'rows.jsonl')];
    const { code, stderr } = await clipstep(args, { onStderr: sendOnce('SIGINT') });
    expect(stderr).toMatch(/Interrupted: \d+ of 50000 texts (is|are) done, and kept\./);
    expect(code).toBe(130);
  });

  it('that scores a model on them ends on SIGINT', async () => {
    const data = join(root, 'data');
    await writeTinyTexts(data, 20_000);
    // A text of both classes is told of once all were compared.
    for (const label of ['Aitani', 'Brakk'])
      await writeFile(join(data, `${label}.txt`), 'both\n', { flag: 'a' });
    const args = ['evaluate', model, '--data', data, '--split', 'all', '--out', join(root, 'scores')];
    const { code, stderr } = await clipstep(args, { onStderr: sendOnce('SIGINT') });
    expect(stderr).toMatch(/Interrupted while examples were scored\.\nGive the same command again\.\n$/);
    expect(code).toBe(130);
  });
});
