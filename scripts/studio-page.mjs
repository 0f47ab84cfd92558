// Builds the page of `clipstep studio`: one script, one style, and nothing from anywhere else.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const PAGE = 'src/studio/page';

/** @returns its files, and the modules that are in them. */
export async function bundleStudioPage() {
  const bundle = await rolldown({
    input: `${PAGE}/main.tsx`,
    platform: 'browser',
    tsconfig: `${PAGE}/tsconfig.json`,
    transform: { target: 'es2022' },
  });
  const { output } = await bundle.generate({ entryFileNames: 'page.js', format: 'esm', minify: true });
  await bundle.close();
  const [script] = output;
  const styles = ['node_modules/uplot/dist/uPlot.min.css', 'src/export/page/look.css', `${PAGE}/page.css`];
  const style = await Promise.all(styles.map((path) => readFile(path, 'utf8')));
  const files = {
    'page.js': script.code,
    'page.css': style.join('\n'),
    'index.html': await readFile(`${PAGE}/index.html`, 'utf8'),
  };
  return {
    files: Object.entries(files).map(([name, text]) => ({
      path: resolve('dist/studio', name),
      contents: Buffer.from(text),
    })),
    modules: script.moduleIds,
  };
}
