import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadModel } from '../../../src/encoder/pretrained/download-model.js';
import type { UserError } from '../../../src/errors.js';
import type { DownloadLimits } from '../../../src/platform/fetch-bytes.js';

const servers: Server[] = [];

/** A server of this machine that answers as told; its address ends in a slash. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  // A TCP server's address is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const weights = [{ name: 'w', shape: [20], dtype: 'float32' }];
const model = { modelTopology: { node: [] }, weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }] };
const files: Record<string, string | Uint8Array> = {
  'model.json': JSON.stringify(model),
  'a.bin': Buffer.alloc(60, 'a'),
  'b.bin': Buffer.alloc(20, 'b'),
};

/** Answers each file as it should, but for those that are played in another way. */
function serving(played: Record<string, (response: ServerResponse) => void> = {}): RequestListener {
  return (request, response) => {
    const name = new URL(request.url!, 'http://host').pathname.split('/').at(-1)!;
    if (played[name]) played[name](response);
    else response.end(files[name]);
  };
}

const ACCESS_DENIED = `<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message></Error>`;

const forbids = (response: ServerResponse) =>
  void response.writeHead(403, { 'content-type': 'application/xml' }).end(ACCESS_DENIED);

describe('downloading a TensorFlow.js model', () => {
  it('fetches model.json and the files that it names, asked for in the same way', async () => {
    const asked: string[] = [];
    const address = await serve((request, response) => {
      asked.push(request.url!);
      serving()(request, response);
    });
    const downloaded = await downloadModel([`${address}m/model.json?tfjs-format=file`]);
    expect(downloaded.model).toEqual(model);
    expect(downloaded.weightFiles.map((bytes) => Buffer.from(bytes))).toEqual([
      files['a.bin'],
      files['b.bin'],
    ]);
    expect(asked.sort()).toEqual(
      ['a.bin', 'b.bin', 'model.json'].map((name) => `/m/${name}?tfjs-format=file`),
    );
  });

  it('follows redirects, of each file to where it leads', async () => {
    const store = await serve(serving());
    const hub = await serve((request, response) =>
      response.writeHead(302, { location: `${store}signed${request.url}` }).end(),
    );
    const downloaded = await downloadModel([`${hub}model.json`]);
    expect(downloaded.origin).toBe(`${hub}model.json`);
    expect(downloaded.weightFiles).toHaveLength(2);
  });

  it('goes on to the next address and says which one answered', async () => {
    const [first, second] = [await serve((_, response) => forbids(response)), await serve(serving())];
    const downloaded = await downloadModel([`${first}model.json`, `${second}model.json`]);
    expect(downloaded.origin).toBe(`${second}model.json`);
  });
});

/** What is said of an address whose server answers so. */
async function failureOf(listener: RequestListener, limits?: DownloadLimits): Promise<string> {
  const address = `${await serve(listener)}model.json`;
  const error = await downloadModel([address], { limits }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'download_failed', fix: expect.stringContaining('--weights') });
  // Just seen to be a UserError.
  const [, line = ''] = (error as UserError).problem.split(/\n(?= {2}http)/);
  return line.replace(`  ${address}: `, '');
}

describe('a download that fails is told by what was wrong', () => {
  const html = (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>');
  const trickles = (response: ServerResponse) => {
    const timer = setInterval(() => response.write('.'), 100);
    response.on('close', () => clearInterval(timer));
  };
  const breaksOff = (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 60 });
    response.write(Buffer.alloc(31), () => response.destroy());
  };

  it.each<[string, RequestListener, RegExp]>([
    [
      '403 in XML',
      (_, response) => forbids(response),
      /^model\.json: it answered 403 Forbidden \(AccessDenied\)$/,
    ],
    [
      'weights that are not there',
      serving({ 'b.bin': (response) => void response.writeHead(404).end() }),
      /^b\.bin: it answered 404 Not Found$/,
    ],
    [
      'a page for model.json',
      serving({ 'model.json': html }),
      /^model\.json: it sent a web page in place of the file$/,
    ],
    ['a page for weights', serving({ 'a.bin': html }), /^a\.bin: it sent a web page in place of the file$/],
    [
      'a page that says it is something else',
      serving({ 'model.json': (response) => void response.end('<html></html>') }),
      /^The model\.json of \S+ is not that of a TensorFlow\.js model: it is a web page or XML$/,
    ],
    [
      'another JSON',
      serving({ 'model.json': (response) => void response.end('{"error":"gone"}') }),
      /is not that of a TensorFlow\.js model: \n {2}modelTopology: /,
    ],
    [
      'a name of a file that leaves the folder',
      serving({
        'model.json': (response) => void response.end(JSON.stringify(model).replace('a.bin', '../a')),
      }),
      /weightsManifest\.0\.paths\.0: must be the name of a file beside model\.json/,
    ],
    ['a connection that breaks', serving({ 'a.bin': breaksOff }), /^a\.bin: it sent 31 of 60 bytes: /],
    [
      'a file cut short',
      serving({ 'b.bin': (response) => void response.end('short') }),
      /^a\.bin with b\.bin of \S+ is cut short: 65 bytes, where model\.json says 80$/,
    ],
  ])('%s', async (_, listener, words) => {
    expect(await failureOf(listener)).toMatch(words);
  });

  it('silence and slowness', async () => {
    const silence = await failureOf(() => {}, { totalSeconds: 60, stallSeconds: 0.4 });
    expect(silence).toBe('model.json: it sent nothing for 0.4 s');
    const slow = serving({ 'a.bin': trickles });
    expect(await failureOf(slow, { totalSeconds: 1.5, stallSeconds: 60 })).toBe('it took longer than 1.5 s');
  });

  it('a redirect whose signature is refused', async () => {
    const store = await serve((_, response) => forbids(response));
    const failure = await failureOf((_, response) =>
      response.writeHead(302, { location: `${store}model.json?X-Goog-Signature=` }).end(),
    );
    expect(failure).toBe(
      `model.json: it redirected to ${new URL(store).host}, which answered 403 Forbidden (AccessDenied); the redirect has lost its signature or has expired`,
    );
  });

  it('each address by its own', async () => {
    const forbidden = await serve((_, response) => forbids(response));
    const addresses = [`${forbidden}model.json`, 'http://127.0.0.1:9/model.json'];
    await expect(downloadModel(addresses)).rejects.toThrow(
      /from any address:\n {2}http\S+: model\.json: it answered 403.*\n {2}http\S+: model\.json: /,
    );
  });

  it('after which the next address is asked, even by a slow one', async () => {
    const [silent, other] = [await serve(() => {}), await serve(serving())];
    const addresses = [`${silent}model.json`, `${other}model.json`];
    const downloaded = await downloadModel(addresses, { limits: { totalSeconds: 10, stallSeconds: 0.4 } });
    expect(downloaded.origin).toBe(`${other}model.json`);
  });
});
