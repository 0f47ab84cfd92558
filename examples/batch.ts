// Classifies all clips below a folder into a file: npx tsx examples/batch.ts recordings results.jsonl
// Whatever ends it, the same command goes on where it was.
import { readFile } from 'node:fs/promises';
import { type BatchRow, batch, loadBundle } from 'clipstep';

const [source = 'recordings', out = 'results.jsonl'] = process.argv.slice(2);
const bundle = await loadBundle('motion');
const { clips, failed } = await batch({
  bundle,
  source,
  out,
  onEvent: (event) => {
    if (event.kind === 'clip') console.error(`${event.done} of ${event.total}`);
  },
});
console.log(`${clips} clips, ${failed} failed`);

for (const line of (await readFile(out, 'utf8')).trim().split('\n')) {
  const row: BatchRow = JSON.parse(line);
  if ('error' in row) console.log(`${row.id}: ${row.error.message}`);
  else if ('top' in row) console.log(`${row.id}: ${row.label ?? 'unknown'} (${row.probability.toFixed(3)})`);
}
