/** Names a recording session by a time, and by what tells it from others of that time. */
export function takeName(time: Date, ...parts: readonly string[]): string {
  const stamp = time.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-');
  const words = parts.map((part) => part.replace(/\W+/g, '-').slice(0, 18));
  return [stamp, ...words].join(' ');
}
