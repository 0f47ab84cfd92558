import { networkInterfaces } from 'node:os';

/** The `Host` headers that address a server listening there, and those of `names`, other names of it. */
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
    // The default port is left out.
    port === 80 ? [name, `${name}:80`] : [`${name}:${port}`],
  );
  return new Set([...withPort, ...names].map((name) => name.toLowerCase()));
}

/** Whether only programs on this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a server that listens there listens on all addresses of this machine. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Addresses of this machine that others can reach, IPv4 first. */
export function ownAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return found
    .filter(({ internal }) => !internal)
    .sort((one, other) => one.family.localeCompare(other.family))
    .map(({ address }) => address);
}

/** A host as it is written in an address. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
