import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../platform/package-files.js';
import { readRegularFile } from '../platform/regular-file.js';

/** The page as scripts/bundle.mjs builds it, by what it is asked for as. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
};

/** What the page may load and do: its own script and style, pictures and videos of the project, the camera's picture. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_PATHS: readonly string[] = Object.keys(FILES);

/** A file of the page. @throws what the file system says, for a clone that was not built. */
export async function pageFile(path: string): Promise<Response> {
  const { file, type } = FILES[path]!; // one of PAGE_PATHS
  const content = await readRegularFile(join(PACKAGE_FOLDER, 'dist', 'studio', file));
  const headers = { 'Content-Type': type, 'Content-Security-Policy': PAGE_POLICY };
  return new Response(new Uint8Array(content), { headers });
}
