import { buildDist } from '../support/build-dist.js';

/**
 * `npm run soak [-- NAME [COUNT]]`: long tests of the built `clipstep batch` and `clipstep serve`; all of them, or the one named.
 * `npm run soak -- files FOLDER`: every file below a folder, read in every way.
 */
const SOAKS: Record<string, { title: string; count: number; run: (count: number) => Promise<void> }> = {
  kill: {
    title: 'Batches that are killed (SIGKILL) at random moments and started again',
    count: 50,
    run: async (count) => (await import('./kill.js')).soakKills(count),
  },
  mutate: {
    title: 'Damaged files: each gets an answer, or a failure that says what is wrong',
    count: 2000,
    run: async (count) => (await import('./mutate.js')).soakMutations(count),
  },
  memory: {
    title: 'Memory of a batch of many clips, two at once',
    count: 10_000,
    run: async (count) => (await import('./memory.js')).soakMemory(count),
  },
  serve: {
    title: 'Requests to clipstep serve, and a crowd of clients',
    count: 10_000,
    run: async (count) => (await import('./serve.js')).soakServe(count),
  },
};

const [name, count] = process.argv.slice(2);
if (name === 'files') await soakFilesOf(count);
else await soakAll();

async function soakFilesOf(folder: string | undefined): Promise<void> {
  if (!folder) throw new Error('Give a folder: npm run soak -- files FOLDER');
  await (await import('./files.js')).soakFiles(folder);
}

async function soakAll(): Promise<void> {
  await buildDist();
  for (const each of name ? [name] : Object.keys(SOAKS)) {
    const soak = SOAKS[each];
    if (!soak)
      throw new Error(`There is no soak ${each}; there are ${[...Object.keys(SOAKS), 'files'].join(', ')}`);
    console.log(`\n${soak.title}`);
    await soak.run(Number(count ?? soak.count));
  }
}
