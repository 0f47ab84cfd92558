import { describe, expect, it } from 'vitest';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import { accessCheck } from '../../src/serve/check-access.js';
import { refusalOf } from '../../src/serve/refusal.js';
import type { Access } from '../../src/serve/serve-options.js';

const hosts = allowedHosts({ host: '127.0.0.1', port: 7411, names: ['Clips.example.com'] });
const open: Access = { hosts, proof: { kind: 'open' } };

const ask = (headers: Record<string, string>, url = 'http://127.0.0.1:7411/') =>
  new Request(url, { headers });

function statusOf(work: () => void): number {
  try {
    work();
    return 200;
  } catch (error) {
    return refusalOf(error)!.options.status;
  }
}

const site = (headers: Record<string, string>, { access = open, url = 'http://127.0.0.1:7411/' } = {}) =>
  statusOf(() => accessCheck(access).requireSite(ask(headers, url)));

describe('the site of a request', () => {
  it.each(['127.0.0.1:7411', 'localhost:7411', 'LOCALHOST:7411', '[::1]:7411', 'clips.example.com'])(
    'may be %s',
    (host) => {
      expect(site({ host }, { url: `http://${host}/` })).toBe(200);
    },
  );

  it.each([
    'evil.test:7411',
    '127.0.0.1',
    '127.0.0.1:80',
    'localhost.evil.test:7411',
    '127.0.0.1:7411.',
    'x@localhost:7411',
  ])('may not be %s', (host) => expect(site({ host })).toBe(403));

  it('may not be another in the address than in the header', () => {
    expect(site({ host: 'localhost:7411' }, { url: 'http://evil.test/' })).toBe(403);
    expect(site({}, { url: 'http://evil.test:7411/' })).toBe(403);
  });

  it.each([
    ['http://127.0.0.1:7411', 200],
    ['https://127.0.0.1:7411', 200],
    ['http://localhost:7411', 403],
    ['http://127.0.0.1:7412', 403],
    ['http://127.0.0.1', 403],
    ['https://evil.test', 403],
    ['null', 403],
    ['', 403],
  ])('of a page of %j is answered with %i', (origin, status) => {
    expect(site({ host: '127.0.0.1:7411', origin })).toBe(status);
  });

  it('is not called null where a page has no origin', () => {
    const asked = ask({ host: '127.0.0.1:7411', origin: 'null' });
    expect(() => accessCheck(open).requireSite(asked)).toThrow('Pages without an origin may not send');
  });

  it.each([
    ['same-origin', 200],
    ['none', 200],
    ['same-site', 403],
    ['cross-site', 403],
    ['something new', 403],
  ])('that is %s to the page is answered with %i', (own, status) => {
    expect(site({ host: '127.0.0.1:7411', 'sec-fetch-site': own })).toBe(status);
  });

  it('may be another where that was asked for, exactly', () => {
    const access = { ...open, corsOrigins: new Set(['https://example.com']) };
    const from = (origin: string) =>
      site({ host: '127.0.0.1:7411', origin, 'sec-fetch-site': 'cross-site' }, { access });
    expect(from('https://example.com')).toBe(200);
    expect(from('http://example.com')).toBe(403);
    expect(from('https://example.com.evil.test')).toBe(403);
  });
});

describe('a bearer token', () => {
  const check = accessCheck({ hosts, proof: { kind: 'bearer', token: 'secret' } });
  it.each([
    [{}, 401],
    [{ authorization: 'Bearer secret' }, 200],
    [{ authorization: 'bearer secret' }, 200],
    [{ authorization: 'Bearer secrets' }, 401],
    [{ authorization: 'Bearer ' }, 401],
    [{ authorization: 'Basic secret' }, 401],
    [{ cookie: 'token=secret' }, 401],
  ])('%j is answered with %i', (headers, status) => {
    expect(statusOf(() => check.requireProof(ask(headers as Record<string, string>)))).toBe(status);
  });

  it('is no token of an address', () => {
    expect(check.redeem('secret')).toBe(undefined);
  });
});

describe('a token in an address', () => {
  it('becomes a cookie, once', () => {
    const check = accessCheck({ hosts, proof: { kind: 'once', token: 'first' } });
    expect(statusOf(() => check.requireProof(ask({})))).toBe(401);
    expect(check.redeem('other')).toBe(undefined);
    const cookie = check.redeem('first')!;
    expect(cookie).toMatch(/^clipstep-[0-9a-f]{12}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(check.redeem('first')).toBe(undefined);
    const [pair] = cookie.split(';');
    expect(statusOf(() => check.requireProof(ask({ cookie: `a=b; ${pair}` })))).toBe(200);
    expect(statusOf(() => check.requireProof(ask({ cookie: `${pair}x` })))).toBe(401);
    expect(statusOf(() => check.requireProof(ask({ authorization: 'Bearer first' })))).toBe(401);
  });
});

describe('the names of a server', () => {
  it('are the address that it listens on and those of this machine', () => {
    expect(allowedHosts({ host: '192.0.2.1', port: 80 })).toEqual(
      new Set(['localhost', '127.0.0.1', '[::1]', '192.0.2.1'].flatMap((name) => [name, `${name}:80`])),
    );
    expect([...allowedHosts({ host: '2001:db8::1', port: 1 })]).toContain('[2001:db8::1]:1');
    expect([...allowedHosts({ host: '0.0.0.0', port: 1 })]).not.toContain('0.0.0.0:1');
  });
});
