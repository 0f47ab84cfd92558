import { afterAll, beforeAll, expect, it } from 'vitest';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import type { Answering } from '../../src/serve/listen.js';
import { openStudio } from '../../src/studio/studio.js';
import { makeProject, type TestProject } from '../support/studio.js';

const HOST = '127.0.0.1:7412';

let project: TestProject;
let studio: Answering;
beforeAll(async () => {
  project = await makeProject();
  studio = await openStudio({
    folder: project.folder,
    access: {
      hosts: allowedHosts({ host: '127.0.0.1', port: 7412 }),
      proof: { kind: 'once', token: 'first' },
    },
    onError: () => {},
  });
});
afterAll(async () => {
  await studio.close();
  await project.remove();
});

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  studio.fetch(new Request(`http://${HOST}${path}`, { method, headers: { host: HOST, ...headers } }));

it('opens to whoever has the address, once, and then to that browser', async () => {
  for (const path of ['/', '/page.js', '/api/state', '/api/events', '/?token=other']) {
    expect((await ask(path)).status).toBe(401);
  }
  const opened = await ask('/?token=first');
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/']);
  const [cookie] = opened.headers.get('set-cookie')!.split(';');
  expect(opened.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect((await ask('/?token=first')).status).toBe(401);
  for (const path of ['/', '/page.js', '/page.css', '/api/state']) {
    expect((await ask(path, { cookie: cookie! })).status).toBe(200);
  }
  const page = await ask('/', { cookie: cookie! });
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(page.headers.get('permissions-policy')).toContain('camera=(self)');
});

it.each([
  { host: 'evil.test:7412' },
  { origin: 'http://evil.test' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
])('answers no page of another site: %j', async (headers) => {
  for (const [path, method] of [
    ['/', 'GET'],
    ['/api/undo', 'POST'],
    ['/api/clips?label=jump', 'POST'],
  ] as const) {
    expect((await ask(path, headers as Record<string, string>, method)).status).toBe(403);
  }
});

it('has nothing but what its page asks for', async () => {
  for (const path of ['/../pipeline.yaml', '/pipeline.yaml', '/studio/page.js', '/api']) {
    expect((await ask(path)).status).toBe(404);
  }
});
