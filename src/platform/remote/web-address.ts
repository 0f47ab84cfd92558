/** Whether it is an address of a kind that is fetched. */
export const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/** An address without what may be secret in it: a signature after its question mark, a name and password. */
export function publicAddress(address: string): string {
  return address.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}
