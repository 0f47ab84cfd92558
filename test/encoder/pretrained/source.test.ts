import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadGraphModel } from '../../../src/encoder/pretrained/source.js';
import type { UserError } from '../../../src/errors.js';

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

const model = {
  modelTopology: { node: [] },
  weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [] }],
};

const answers: RequestListener = (request, response) => {
  response.end(request.url?.includes('model.json') ? JSON.stringify(model) : request.url);
};

const forbids: RequestListener = (_, response) => {
  response.writeHead(403).end('no');
};

describe('downloading a graph model', () => {
  it('fetches model.json and the files that it names, asked for in the same way', async () => {
    const address = await serve(answers);
    const files = await downloadGraphModel([`${address}m/model.json?tfjs-format=file`]);
    expect(files.model).toEqual(model);
    expect(files.weightFiles.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      '/m/a.bin?tfjs-format=file',
      '/m/b.bin?tfjs-format=file',
    ]);
  });

  it('goes on to the next address and tells which one answered', async () => {
    const [first, second] = [await serve(forbids), await serve(answers)];
    const files = await downloadGraphModel([`${first}model.json`, `${second}model.json`]);
    expect(files.origin).toBe(`${second}model.json`);
  });

  it('tells what was wrong at each address', async () => {
    const forbidden = await serve(forbids);
    const incomplete = await serve((request, response) => {
      if (request.url === '/model.json') response.end(JSON.stringify(model));
      else response.writeHead(404).end();
    });
    const closed = 'http://127.0.0.1:9/';
    const addresses = [forbidden, incomplete, closed].map((address) => `${address}model.json`);
    const error = await downloadGraphModel(addresses).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'download_failed' });
    // Just seen to be a UserError.
    const [, ...lines] = (error as UserError).problem.split('\n');
    expect(lines).toEqual([
      `  ${forbidden}model.json: ${forbidden}model.json answered 403 Forbidden`,
      expect.stringMatching(/^ {2}\S+model\.json: \S+[ab]\.bin answered 404 Not Found$/),
      expect.stringMatching(/^ {2}\S+model\.json: fetch failed \(.+\)$/),
    ]);
  });

  it('does not wait for an address that says nothing', async () => {
    const [silent, other] = [await serve(() => {}), await serve(answers)];
    const options = { timeoutSeconds: 1 };
    const files = await downloadGraphModel([`${silent}model.json`, `${other}model.json`], options);
    expect(files.origin).toBe(`${other}model.json`);
    await expect(downloadGraphModel([`${silent}model.json`], { timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: 'download_failed',
      problem: expect.stringContaining('timeout'),
    });
  });
});
