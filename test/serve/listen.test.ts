import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import { type Answering, type Listening, listen } from '../../src/serve/listen.js';
import { errorSchema } from '../../src/serve/schemas.js';

const host = '127.0.0.1';

let port: number;
let started: Promise<Listening>;
let finish: (opened: Answering) => void;
beforeEach(async () => {
  port = await new Promise((resolve) => {
    const opening = new Promise<Answering>((opened) => {
      finish = opened;
    });
    const open = (found: number) => {
      resolve(found);
      return {
        hosts: allowedHosts({ host, port: found }),
        proof: { kind: 'bearer', token: 'secret' },
      } as const;
    };
    started = listen({ host, port: 0 }, { access: open, open: () => opening });
  });
});
afterEach(async () => {
  finish({ fetch: async () => new Response('opened'), close: async () => {} });
  await (await started).close();
});

const get = (path: string) => fetch(`http://${host}:${port}${path}`);

/** `fetch` sets the header itself. */
const statusFor = (path: string, headers: Record<string, string>) =>
  new Promise((resolve, reject) => {
    const asked = request({ host, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });

describe('a server that is still being opened', () => {
  it('is alive, and not ready', async () => {
    const live = await get('/v2/health/live');
    expect([live.status, await live.json()]).toEqual([200, { live: true }]);
    const ready = await get('/v2/health/ready');
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false }]);
  });

  it('tells who asks for anything else to come again', async () => {
    const response = await get('/v1/models');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(errorSchema.parse(await response.json()).error.code).toBe('starting');
  });

  it('answers under its own name alone, and only its own pages', async () => {
    for (const path of ['/v2/health/live', '/v1/models']) {
      expect(await statusFor(path, { host: 'evil.test' })).toBe(403);
      expect(await statusFor(path, { origin: 'https://evil.test' })).toBe(403);
    }
  });

  it('forbids scripts and frames in every answer', async () => {
    for (const path of ['/v2/health/live', '/v1/models']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('answers as itself once it is open', async () => {
    finish({ fetch: async () => new Response('opened'), close: async () => {} });
    await started;
    expect(await (await get('/v1/models')).text()).toBe('opened');
  });
});
