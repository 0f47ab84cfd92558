/** What Node.js reports of its own process, as far as it says which C library that has. */
interface Report {
  readonly header: { readonly glibcVersionRuntime?: string };
}

/** Whether this is a Linux with musl in place of glibc, such as Alpine. */
export function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  // Node.js' types leave open what is in it; its documentation does not.
  const { header } = process.report.getReport() as Report;
  return header.glibcVersionRuntime === undefined;
}
