/** Whether a text can be read by it: the names of https://encoding.spec.whatwg.org. */
export function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name) instanceof TextDecoder;
  } catch {
    return false;
  }
}
