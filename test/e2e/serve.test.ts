import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipstep, projectFolder } from '../support/cli.js';
import { makeServerFixture, type ServerFixture } from '../support/clip-server.js';
import { makeSlowFfmpeg, type SlowFfmpeg } from '../support/slow-ffmpeg.js';

let fixture: ServerFixture;
let ffmpeg: SlowFfmpeg;
beforeAll(async () => {
  fixture = await makeServerFixture();
  ffmpeg = await makeSlowFfmpeg(fixture.root);
});
afterAll(() => fixture.remove());

interface Served {
  readonly child: ChildProcess;
  /** What it printed when it was ready. */
  readonly greeting: string;
  readonly address: string;
}

/** Starts the command, and waits until it serves. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const models = ['--model', ...fixture.models];
  const child = spawn(process.execPath, [join(projectFolder, 'dist/cli.js'), 'serve', ...models, ...args], {
    cwd: projectFolder,
    env: { ...process.env, TMPDIR: fixture.temporaryFolder, CLIPSTEP_FFMPEG: ffmpeg.path, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let greeting = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    greeting += text;
  });
  await expect.poll(() => greeting, { timeout: 30_000 }).toMatch(/Serving[\s\S]*\n$/);
  const [address] = /http:\/\/[\w.:[\]]+/.exec(greeting)!;
  return { child, greeting, address: address! };
}

async function stop({ child }: Served): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

const post = ({ address }: Served, headers: Record<string, string> = {}) =>
  fetch(`${address}/v1/models/tiny/classify`, { method: 'POST', body: fixture.clip, headers });

describe('clipstep serve', () => {
  it('serves several models, and on SIGTERM gives the answers under way', async () => {
    const served = await serve(['--port', '0']);
    expect(served.greeting).toMatch(/^Serving at http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const { models } = (await (await fetch(`${served.address}/v1/models`)).json()) as { models: object[] };
    expect(models).toMatchObject([{ name: 'tiny' }, { name: 'rows' }]);
    await ffmpeg.delay(2);
    const answer = post(served);
    const metrics = async () => (await fetch(`${served.address}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^clipstep_requests_computing 1$/m);
    const ended = stop(served);
    expect((await answer).status).toBe(200);
    expect(await ended).toBe(0);
    await ffmpeg.delay(0);
    expect(await readdir(fixture.temporaryFolder)).toEqual([]);
  });

  it('wants the token that it was given, but not of probes', async () => {
    const served = await serve(['--port', '0'], { CLIPSTEP_TOKEN: 'secret' });
    expect(served.greeting).not.toContain('secret');
    expect((await post(served)).status).toBe(401);
    expect((await post(served, { Authorization: 'Bearer secret' })).status).toBe(200);
    expect((await fetch(`${served.address}/v2/health/ready`)).status).toBe(200);
    expect(await stop(served)).toBe(0);
  });

  it('lets nobody in without a token where others reach it', async () => {
    const served = await serve(['--port', '0', '--host', '0.0.0.0']);
    expect(served.greeting).toMatch(/\?token=[\w-]{43}\n/);
    expect((await post(served)).status).toBe(401);
    expect(await stop(served)).toBe(0);
  });

  it('takes clips up to a size', async () => {
    const served = await serve(['--port', '0', '--max-body', '0.001']);
    expect((await post(served)).status).toBe(413);
    expect(await stop(served)).toBe(0);
  });

  it('says what is wrong with how it is started', async () => {
    const served = await serve(['--port', '0']);
    const { port } = new URL(served.address);
    const taken = await clipstep(['serve', '--model', fixture.models[0]!, '--port', port]);
    expect([taken.code, taken.stderr]).toEqual([
      2,
      expect.stringMatching(/another program is listening there/),
    ]);
    expect(await stop(served)).toBe(0);
    for (const [args, text] of [
      [['--port', '70000'], /no port 70000/],
      [['--token', ''], /token is empty/],
      [['--cors', 'https://example.com/page'], /--cors takes origins/],
      [['--model', 'nothing'], /There is no model nothing/],
    ] as const) {
      const { code, stderr } = await clipstep(['serve', ...args]);
      expect([args, code, stderr]).toEqual([
        args,
        args[0] === '--model' ? 1 : 2,
        expect.stringMatching(text),
      ]);
    }
  });
});
