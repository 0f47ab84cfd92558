import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isPrivate, PrivateAddress, publicLookup } from '../../../src/platform/remote/private-addresses.js';

describe('isPrivate', () => {
  it.each([
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::1', '::', 'fe80::1', 'fd00::1', 'fc00::1', 'fec0::1', 'ff02::1', '2002:7f00:1::', '2001::1'],
    ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2001:db8::1', 'not an address'],
  ])('holds for %s', (address) => {
    expect(isPrivate(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'does not hold for %s',
    (address) => {
      expect(isPrivate(address)).toBe(false);
    },
  );
});

it('refuses a name that leads to this machine', async () => {
  const lookup = promisify(publicLookup);
  await expect(lookup('localhost', { all: true })).rejects.toThrow(PrivateAddress);
  await expect(lookup('localhost', {})).rejects.toThrow(/^localhost is at (127|::1).*, a private address$/);
});
