import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that are not the public internet (IANA's special-purpose address registries). */
const PRIVATE_NETWORKS: ReadonlyArray<readonly [network: string, prefix: number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and where clouds tell their machines' secrets.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // All below 2000:: that is not global unicast; addresses of IPv4 in IPv6 among them.
  ['::', 3],
  // Teredo, documentation, and 6to4: tunnels to any address of IPv4.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
];

// A list for each family: a BlockList takes every address of IPv4 for one in ::/3.
const privateNetworks = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of PRIVATE_NETWORKS) {
  const family = network.includes(':') ? 'ipv6' : 'ipv4';
  privateNetworks[family].addSubnet(network, prefix, family);
}

/** An address that is not of the public internet, in the place of one that is. */
export class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    super(host === address ? `${host} is a private address` : `${host} is at ${address}, a private address`);
  }
}

/** Whether an address of IPv4 or IPv6 is loopback, link-local, private, or otherwise not of the public internet. */
export function isPrivate(address: string): boolean {
  const version = isIP(address);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return version === 0 || privateNetworks[family].check(address, family);
}

/**
 * Resolves names for a connection, and refuses those with a private address among theirs. The connection goes to what was
 * checked: a name that says something else when it is asked again (DNS rebinding) gains nothing.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  resolveName(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, []);
    const found = addresses.find(({ address }) => isPrivate(address));
    if (found) return callback(new PrivateAddress(host, found.address), []);
    const [first] = addresses;
    if (options.all || !first) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
