import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import { type Listening, listen } from '../../src/serve/listen.js';
import type { Proof } from '../../src/serve/serve-options.js';
import { chromiumPath } from '../support/browser.js';
import { makeServerFixture, openServer, type ServerFixture } from '../support/clip-server.js';

/** A site's name that its owner has pointed at this machine. */
const REBOUND = 'rebound.test';

describe.skipIf(chromiumPath === null)('a page in a browser', () => {
  let fixture: ServerFixture;
  let server: Listening;
  let evil: Server;
  let browser: Browser;
  /** Of all requests that the server got, as it answered them. */
  const asked: string[] = [];

  const start = (proof: Proof) =>
    listen(
      { host: '127.0.0.1', port: 0 },
      {
        access: (port) => ({
          hosts: allowedHosts({ host: '127.0.0.1', port }),
          corsOrigins: new Set([`http://localhost:${(evil.address() as AddressInfo).port}`]),
          proof,
        }),
        open: async (access) => {
          const opened = await openServer(fixture, { access });
          const answer: typeof opened.fetch = async (request, from) => {
            const response = await opened.fetch(request, from);
            asked.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
            return response;
          };
          return { ...opened, fetch: answer };
        },
      },
    );

  beforeAll(async () => {
    fixture = await makeServerFixture();
    evil = createHttpServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<title>Elsewhere</title>');
    }).listen(0, '127.0.0.1');
    server = await start({ kind: 'open' });
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      // Its sandbox cannot be had by root.
      args: ['--no-sandbox', `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`],
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    evil.close();
    await fixture.remove();
  });

  const openPage = async (address: string) => {
    const page = await browser.newPage();
    const response = await page.goto(address);
    return { page, status: response?.status() };
  };

  const own = () => `http://127.0.0.1:${server.port}`;
  const elsewhere = (host = '127.0.0.1') => `http://${host}:${(evil.address() as AddressInfo).port}/`;
  /** What a script in a page gets of an address: the status and text, or that the browser kept it away. */
  const fetchIn = (page: Page, address: string, init: object = {}) =>
    page.evaluate<{ status: number; text: string } | 'kept away'>(
      `fetch(${JSON.stringify(address)}, ${JSON.stringify(init)}).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => 'kept away')`,
    );

  it('of the server itself may ask', async () => {
    const { page, status } = await openPage(own());
    expect([status, await page.title()]).toEqual([200, 'Clipstep']);
    await page.getByRole('link', { name: 'tiny' }).click();
    await page.getByText('"name":"tiny"').waitFor();
    await page.close();
  });

  it('under a name that was pointed at this machine gets nothing', async () => {
    const { page, status } = await openPage(`http://${REBOUND}:${server.port}/v1/models`);
    expect(status).toBe(403);
    expect(await page.textContent('body')).not.toContain('tiny');
    await page.close();
  });

  it('of another site can neither read nor send', async () => {
    const { page } = await openPage(elsewhere());
    const models = `${own()}/v1/models`;
    asked.length = 0;
    expect(await fetchIn(page, models)).toBe('kept away');
    const classify = `${own()}/v1/models/tiny/classify`;
    const sent = await fetchIn(page, classify, { method: 'POST', mode: 'no-cors', body: 'x' });
    expect(['kept away', { status: 0, text: '' }]).toContainEqual(sent);
    await page.evaluate(`{
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', enctype: 'text/plain', action: ${JSON.stringify(classify)} });
      document.body.append(form);
      form.submit();
    }`);
    await page.waitForURL(classify);
    expect(await page.textContent('body')).toContain('forbidden');
    expect(asked).toContain('POST /v1/models/tiny/classify 403');
    expect(asked.filter((line) => !line.endsWith(' 403'))).toEqual([]);
    await page.close();
  });

  it('of a site that was named may read and send', async () => {
    const { page } = await openPage(elsewhere('localhost'));
    const init = { method: 'POST', body: 'x', headers: { 'Content-Type': 'video/mp4' } };
    expect(await fetchIn(page, `${own()}/v1/models/tiny/classify`, init)).toMatchObject({
      status: 422,
      text: expect.stringContaining('not_media'),
    });
    await page.close();
  });

  it('cannot be put into a page of another site', async () => {
    const { page } = await openPage(elsewhere());
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      Object.assign(frame, { src: ${JSON.stringify(own())}, onload: resolve });
      document.body.append(frame);
    })`);
    const [, frame] = page.frames();
    expect(await frame!.textContent('body')).not.toContain('tiny');
    await page.close();
  });

  it('is let in by a token in its address, once, and nobody else is', async () => {
    const guarded = await start({ kind: 'once', token: 'first' });
    const address = `http://127.0.0.1:${guarded.port}/`;
    const context = await browser.newContext();
    const page = await context.newPage();
    try {
      expect((await page.goto(address))!.status()).toBe(401);
      expect((await page.goto(`${address}?token=first`))!.status()).toBe(200);
      expect(page.url()).toBe(address);
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      expect((await page.goto(`${address}v1/models`))!.status()).toBe(200);
      const other = await browser.newPage();
      expect((await other.goto(`${address}?token=first`))!.status()).toBe(401);
      await other.close();
    } finally {
      await context.close();
      await guarded.close();
    }
  });
});
