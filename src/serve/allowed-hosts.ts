import { networkInterfaces } from 'node:os';

/** The `Host` headers by which a server is meant when it listens there, and those of `names`, which others give it. */
export function allowedHosts({
  host,
  port,
  names = [],
}: {
  host: string;
  port: number;
  names?: readonly string[] | undefined;
}): Set<string> {
  const own = isLoopback(host) ? [] : isEverywhere(host) ? ownAddresses() : [host];
  const withPort = ['localhost', '127.0.0.1', '[::1]', ...own.map(bracketed)].flatMap((name) =>
    // A port that goes without saying is left out.
    port === 80 ? [name, `${name}:80`] : [`${name}:${port}`],
  );
  return new Set([...withPort, ...names].map((name) => name.toLowerCase()));
}

/** Whether only programs of this machine reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a server that listens there listens on all addresses of this machine. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Addresses of this machine that others reach, those of IPv4 first. */
export function ownAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return found
    .filter(({ internal }) => !internal)
    .sort((one, other) => one.family.localeCompare(other.family))
    .map(({ address }) => address);
}

/** A host as addresses have it. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
