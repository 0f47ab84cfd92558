/** Folders that systems and storage leave in those of people: thumbnails, bins, what archives and file checks leave. */
const SYSTEM_FOLDERS = new Set([
  '@eadir',
  '@tmp',
  '#recycle',
  '#snapshot',
  '__macosx',
  '$recycle.bin',
  'recycler',
  'system volume information',
  'lost+found',
]);

/** Whether nobody has put clips into a folder of that name. */
export const isSystemFolder = (name: string): boolean => SYSTEM_FOLDERS.has(name.toLowerCase());

/** What to say, once, of all folders that were passed over; `names` as they were found. */
export function systemFoldersText(names: readonly string[]): string {
  const kinds = [...new Set(names)].join(', ');
  return names.length === 1
    ? `It is a folder that the system made for itself (${kinds}).`
    : `It and ${names.length - 1} more are folders that systems made for themselves (${kinds}).`;
}
