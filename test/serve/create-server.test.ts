import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../src/predict/classify.js';
import type { Classified } from '../../src/predict/outcome.js';
import { outcomeRow } from '../../src/predict/outcome-row.js';
import { type ClipServer, createServer, type ServeEvent } from '../../src/serve/create-server.js';
import { ROUTES } from '../../src/serve/routes.js';
import { errorSchema, resultSchema } from '../../src/serve/schemas.js';
import { ADDRESS, makeServerFixture, openServer, type ServerFixture } from '../support/clip-server.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';
import { saveTinyTextBundle } from '../support/tiny-texts.js';
import { zipOf } from '../support/zip.js';

let fixture: ServerFixture;
let server: ClipServer;
beforeAll(async () => {
  fixture = await makeServerFixture();
  server = await openServer(fixture);
});
afterAll(async () => {
  await server.close();
  await fixture.remove();
});

/** What is looked at of an answer, whatever it is. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what is in it
type Json = any;

async function post(path: string, body: string | Buffer | FormData) {
  const request = new Request(`${ADDRESS}${path}`, { method: 'POST', body });
  const response = await server.fetch(request, { client: 'test' });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
}

async function get(path: string) {
  const response = await server.fetch(new Request(`${ADDRESS}${path}`));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What `clipstep classify --json` says, but for the paths. */
async function rowOf(model: string, input: string): Promise<object> {
  for await (const outcome of classify(model, [input], { top: 3 })) {
    const named = { ...(outcome as Classified), input: 'clip', model: 'tiny' }; // of a clip that can be read
    return JSON.parse(JSON.stringify(outcomeRow(named)));
  }
  throw new Error('There is no outcome');
}

const frames = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background: { r: index * 20, g: 90, b: 10 } } })
        .png()
        .toBuffer(),
    ),
  );

describe('a body', () => {
  it('is classified as `classify --json` classifies the file, and is gone afterwards', async () => {
    const { status, json } = await post('/v1/models/tiny/classify', fixture.clip);
    expect({ status, json }).toEqual({
      status: 200,
      json: await rowOf(fixture.models[0]!, fixture.clipPath),
    });
    expect(resultSchema.safeParse(json).success).toBe(true);
    const [own] = await readdir(fixture.temporaryFolder);
    expect(await readdir(join(fixture.temporaryFolder, own!))).toEqual([]);
  });

  it('may be a zip, whose pictures are frames in the natural order of their names', async () => {
    const pictures = await frames(11);
    const folder = join(fixture.root, 'frames');
    await mkdir(folder);
    for (const [index, content] of pictures.entries()) await writeFile(join(folder, `${index}.png`), content);
    const entries = pictures.map((content, index) => ({ name: `some/${index}.png`, content }));
    const note = { name: 'some/note.txt', content: Buffer.from('left out') };
    const { json } = await post('/v1/models/tiny/classify', zipOf([note, ...entries.toReversed()]));
    expect(json).toEqual(await rowOf(fixture.models[0]!, folder));
  });

  it('may be a picture, for a model of single ones, of which a zip is none', async () => {
    const [picture] = await frames(1);
    const { status, json } = await post('/v1/models/rows/classify', picture!);
    expect([status, json.input]).toEqual([422, 'clip']);
    const digit = await sharp({ create: { width: 28, height: 28, channels: 3, background: 'white' } })
      .composite([{ input: { create: { width: 4, height: 20, channels: 3, background: 'black' } } }])
      .png()
      .toBuffer();
    expect(await post('/v1/models/rows/classify', digit)).toMatchObject({
      status: 200,
      json: { model: 'rows' },
    });
    const zip = await post('/v1/models/rows/classify', zipOf([{ name: '1.png', content: digit }]));
    expect(zip).toMatchObject({ status: 422, json: { error: { code: 'usage' } } });
  });

  it('is classified window by window where asked for', async () => {
    const { json } = await post('/v1/models/tiny/classify?window=0.5&stride=1&top=1', fixture.clip);
    expect(resultSchema.parse(json)).toEqual(json);
    expect(json.windows).toMatchObject([
      { startSeconds: 0, endSeconds: 0.5 },
      { startSeconds: 1, endSeconds: 1.5 },
    ]);
    expect(json.windows[0].top).toHaveLength(1);
  });

  it('has no windows for a model of single ones, which is named as in the address', async () => {
    const { status, json } = await post('/v1/models/rows/classify?window=1', fixture.clip);
    const message = expect.stringMatching(/^The model rows reads .*, which have no windows\.$/);
    expect([status, json.error]).toMatchObject([400, { code: 'usage', message }]);
  });

  it('is JSON with a text, for a model of texts', async () => {
    const folder = join(fixture.root, 'texts');
    await saveTinyTextBundle(folder);
    const texts = await openServer(fixture, { models: [folder] });
    const ask = async (body: string, query = '') => {
      const url = `${ADDRESS}/v1/models/texts/classify${query}`;
      const response = await texts.fetch(new Request(url, { method: 'POST', body }));
      return { status: response.status, json: (await response.json()) as Json };
    };
    try {
      const { status, json } = await ask('{"text": "some words"}', '?top=1');
      expect(resultSchema.parse(json)).toMatchObject({
        input: 'some words',
        model: 'texts',
        tokens: expect.any(Number),
      });
      expect([status, json.top.length]).toEqual([200, 1]);
      for (const [body, found] of [
        ['some words', /is not JSON/],
        ['', /is not JSON/],
        ['[]', /must be a JSON object; found \[\]/],
        ['{}', /text is missing; it must be a text\./],
        ['{"text": 1}', /text must be a text; found 1\./],
        ['{"text": "a", "path": "/etc/passwd"}', /There is no field "path"\./],
      ] as const) {
        const error = { code: 'bad_request', message: expect.stringMatching(found) };
        expect(await ask(body)).toMatchObject({ status: 400, json: { error } });
      }
      const windows = await ask('{"text": "some words"}', '?window=1');
      const message = 'The model texts reads texts, which have no windows.';
      expect(windows).toMatchObject({ status: 400, json: { error: { code: 'usage', message } } });
    } finally {
      await texts.close();
    }
  });

  it.each([
    ['empty', ''],
    ['not_media', 'hello'],
    ['no_frames', zipOf([])],
    ['no_frames', zipOf([{ name: 'a.txt', content: Buffer.from('a') }])],
  ])('that is %s is answered with that, and without a path of the server', async (code, body) => {
    const { status, json } = await post('/v1/models/tiny/classify', body);
    expect(errorSchema.parse(json)).toMatchObject({ input: 'clip', error: { code } });
    expect(status).toBe(422);
    expect(JSON.stringify(json)).not.toContain(fixture.temporaryFolder);
  });

  it('that is damaged is answered with a fix that a client can follow', async () => {
    const damaged = Buffer.from(fixture.clip);
    damaged.fill(0xa5, damaged.indexOf('mdat') + 700, damaged.indexOf('mdat') + 3000);
    const { status, json } = await post('/v1/models/tiny/classify', damaged);
    expect([status, json.error]).toMatchObject([
      422,
      { code: 'corrupt', fix: expect.stringMatching(/^Copy or record it again, or convert it first/) },
    ]);
  });

  it('that was cut short is said to be so, without a path of the server', async () => {
    const { status, json } = await post('/v1/models/tiny/classify', fixture.clip.subarray(0, 600));
    expect([status, json.input]).toEqual([422, 'clip']);
    expect(JSON.stringify(json)).not.toContain(fixture.root);
  });

  it('cannot be encoded', async () => {
    const send = async (encoding: string) => {
      const headers = { 'Content-Encoding': encoding };
      const asked = { method: 'POST', headers, body: fixture.clip };
      const response = await server.fetch(new Request(`${ADDRESS}/v1/models/tiny/classify`, asked));
      return { status: response.status, json: await response.json() };
    };
    expect(await send('gzip')).toMatchObject({
      status: 415,
      json: { error: { code: 'unsupported', message: expect.stringContaining('Content-Encoding: gzip') } },
    });
    expect(await send('identity, br')).toMatchObject({ status: 415 });
    expect(await send('Identity')).toMatchObject({ status: 200 });
  });

  it('cannot be a form', async () => {
    const form = new FormData();
    form.set('clip', new Blob([fixture.clip]));
    expect(await post('/v1/models/tiny/classify', form)).toMatchObject({
      status: 415,
      json: { error: { code: 'unsupported' } },
    });
  });
});

describe('a request', () => {
  it.each([
    ['GET', '/none', 404],
    ['POST', '/v1/models/none/classify', 404],
    ['GET', '/v1/models/..%2Ftiny', 404],
    ['GET', '/v1/models/tiny/classify', 405],
    ['DELETE', '/v1/models', 405],
    ['OPTIONS', '/v1/models', 405],
    ['POST', '/v1/models/tiny/classify?top=0', 400],
    ['POST', '/v1/models/tiny/classify?path=/etc/passwd', 400],
    ['POST', '/v1/models/tiny/classify?stride=1', 400],
    ['POST', '/v1/models/tiny/classify?window=0.001', 400],
  ])('%s %s is answered with %i and what is wrong', async (method, path, status) => {
    const response = await server.fetch(new Request(`${ADDRESS}${path}`, { method }));
    expect(response.status).toBe(status);
    expect(errorSchema.safeParse(await response.json()).success).toBe(true);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('access-control-allow-origin')).toBe(null);
  });
});

describe('/openapi.json', () => {
  it('names every route, and each answers as it says', async () => {
    const { paths, openapi } = JSON.parse((await get('/openapi.json')).text);
    expect(openapi).toBe('3.0.3');
    const named = Object.entries<object>(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(named.toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted());
    for (const { method, path, schema, textType } of ROUTES) {
      const body = method === 'POST' ? fixture.clip : null;
      const request = new Request(`${ADDRESS}${path.replace('{name}', 'tiny')}`, { method, body });
      const response = await server.fetch(request);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-type')).toContain(textType ?? 'application/json');
      if (schema) expect(schema.safeParse(await response.json())).toMatchObject({ success: true });
      else expect(await response.text()).not.toBe('');
    }
  });
});

describe('/metrics', () => {
  it('counts requests by route and status, and bytes', async () => {
    await post('/v1/models/tiny/classify', 'hello');
    const { text, headers } = await get('/metrics');
    expect(headers.get('content-type')).toContain('version=0.0.4');
    expect(text).toMatch(
      /^clipstep_request_seconds_count\{method="POST",route="\/v1\/models\/\{name\}\/classify",status="422"\} \d+$/m,
    );
    expect(text).toMatch(/^clipstep_body_bytes_total [1-9]\d*$/m);
    expect(text).not.toContain('none/classify');
  });
});

describe('a model', () => {
  it('whose folder changes is taken up, and one that is damaged is not', async () => {
    const folder = join(fixture.root, 'changing');
    await saveTinyBundle(folder);
    const events: ServeEvent[] = [];
    const next = () => expect.poll(() => events.shift(), { timeout: 20_000 });
    const changing = await openServer(fixture, { models: [folder], onEvent: (event) => events.push(event) });
    const labels = async () => {
      const response = await changing.fetch(new Request(`${ADDRESS}/v1/models/changing`));
      return ((await response.json()) as Json).labels;
    };
    try {
      const replacement = join(fixture.root, 'replacement');
      await saveTinyBundle(replacement, { labels: ['left', 'right'] });
      await rm(folder, { recursive: true });
      await rename(replacement, folder);
      await next().toEqual({ kind: 'model-changed', name: 'changing' });
      expect(await labels()).toEqual(['left', 'right']);
      await writeFile(join(folder, 'model.json'), '{}');
      await next().toMatchObject({ kind: 'model-refused', name: 'changing', error: { code: 'bad_bundle' } });
      expect(await labels()).toEqual(['left', 'right']);
    } finally {
      await changing.close();
    }
  });

  it('has to be there, under a name of its own', async () => {
    const access = { hosts: new Set<string>(), proof: { kind: 'open' } } as const;
    const [tiny] = fixture.models;
    const before = await readdir(fixture.temporaryFolder);
    for (const [models, code] of [
      [[], 'usage'],
      [[tiny!, tiny!], 'usage'],
      [[join(fixture.root, 'none')], 'not_found'],
    ] as const) {
      await expect(createServer({ ...fixture, models, access })).rejects.toMatchObject({ code });
    }
    expect(await readdir(fixture.temporaryFolder)).toEqual(before);
  });
});

describe('a server that was closed', () => {
  it('refuses what comes, and leaves no folder', async () => {
    const before = await readdir(fixture.temporaryFolder);
    const closed = await openServer(fixture);
    await closed.close();
    const request = new Request(`${ADDRESS}/v1/models`);
    expect((await closed.fetch(request)).status).toBe(503);
    const ready = await closed.fetch(new Request(`${ADDRESS}/v2/health/ready`));
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false }]);
    expect(await readdir(fixture.temporaryFolder)).toEqual(before);
  });
});

it('has a front page without script, style or other addresses', async () => {
  const { text, headers } = await get('/');
  expect(headers.get('content-type')).toContain('text/html');
  expect(text).toContain('/v1/models/tiny');
  expect(text).not.toMatch(/<script|<style|https?:/);
});
