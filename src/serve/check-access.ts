import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.js';
import type { Access, Proof } from './serve-options.js';

/** Decides from a request's headers alone whether it is answered. */
export interface AccessCheck {
  /** @throws Refusal `forbidden` for a page of another site, however it got here. */
  requireSite(request: Request): void;
  /** @throws Refusal `unauthorized` for a request without the token or cookie. */
  requireProof(request: Request): void;
  /** A cookie in exchange for the token in a page's address, which then no longer works; undefined for another token. */
  redeem(token: string): string | undefined;
  /** The request's origin if its pages may send requests, for the answer's headers. */
  corsOrigin(request: Request): string | undefined;
}

export function accessCheck({ hosts, corsOrigins = new Set(), proof }: Access): AccessCheck {
  const corsOrigin = (request: Request) => {
    const origin = request.headers.get('origin');
    return origin !== null && corsOrigins.has(origin) ? origin : undefined;
  };
  return {
    corsOrigin,
    requireSite: (request) => {
      const { host } = new URL(request.url);
      const named = request.headers.get('host') ?? host;
      // A page whose name was pointed at this machine (DNS rebinding) sends that name, and cannot set another.
      if (!hosts.has(named.toLowerCase()) || !isSameHost(host, named)) throw wrongHost(named);
      if (corsOrigin(request) !== undefined) return;
      requireOwnOrigin(request.headers.get('origin'), named);
      requireOwnPage(request.headers.get('sec-fetch-site'));
    },
    ...proofCheck(proof),
  };
}

/** URLs leave out the default port. */
function isSameHost(host: string, named: string): boolean {
  return host === named.toLowerCase() || host === new URL(`http://${named}`).host;
}

function requireOwnOrigin(origin: string | null, host: string): void {
  if (origin === null || origin === `http://${host}` || origin === `https://${host}`) return;
  // Browsers send `null` for a page from a file, or one that is sandboxed.
  const pages = origin === 'null' ? 'without an origin' : `of ${origin}`;
  throw forbidden(`Pages ${pages} may not send requests to this server.`);
}

/** `none` means that a person did it, such as typing the address; programs other than browsers send no header. */
function requireOwnPage(site: string | null): void {
  if (site === null || site === 'same-origin' || site === 'none') return;
  throw forbidden('Pages of other sites may not send requests to this server.');
}

function proofCheck(proof: Proof): Pick<AccessCheck, 'requireProof' | 'redeem'> {
  if (proof.kind === 'open') return { requireProof: () => {}, redeem: () => undefined };
  if (proof.kind === 'bearer') {
    const requireProof = ({ headers }: Request) => {
      const [, given] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? [];
      if (given === undefined || !isEqual(given, proof.token)) throw withoutToken();
    };
    return { requireProof, redeem: () => undefined };
  }
  return onceCheck(proof.token);
}

function onceCheck(token: string): Pick<AccessCheck, 'requireProof' | 'redeem'> {
  // Cookies are shared between ports: another server on this machine needs a name of its own.
  const name = `clipstep-${randomBytes(6).toString('hex')}`;
  const session = newToken();
  let isRedeemed = false;
  return {
    requireProof: ({ headers }) => {
      const cookies = (headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
      const given = cookies.find((cookie) => cookie.startsWith(`${name}=`));
      if (given === undefined || !isEqual(given.slice(name.length + 1), session)) throw unknownBrowser();
    },
    redeem: (given) => {
      if (isRedeemed || !isEqual(given, token)) return undefined;
      isRedeemed = true;
      return `${name}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
  };
}

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Takes the same time wherever two texts first differ, whatever their lengths. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function wrongHost(host: string): Refusal {
  return forbidden(`This server does not answer to the name ${JSON.stringify(host)}.`);
}

function forbidden(problem: string): Refusal {
  return new Refusal({
    status: 403,
    code: 'forbidden',
    problem,
    fix: 'Use the address that the server printed; `clipstep serve` takes --allow-host and --cors for other names and sites.',
  });
}

function withoutToken(): Refusal {
  return new Refusal({
    status: 401,
    code: 'unauthorized',
    problem: 'This server answers only requests that send its token.',
    fix: 'Send it as `Authorization: Bearer TOKEN`.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

function unknownBrowser(): Refusal {
  return new Refusal({
    status: 401,
    code: 'unauthorized',
    problem: 'This server answers only the browser that opened the address it printed when it was started.',
    fix: 'Open that address, which works once, in this browser; where it was opened elsewhere, start the server again.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
