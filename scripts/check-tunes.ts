/**
 * Says how many tunes are valid ABC (https://abcnotation.com/wiki/abc:standard:v2.1), by abcjs's parser:
 *
 *     clipstep generate ... --json | npx tsx scripts/check-tunes.ts
 *     npx tsx scripts/check-tunes.ts < tunes.abc
 *
 * The first reads the lines of JSON that generate writes, a tune each, prompt and all; the second a book of tunes.
 */
import { text } from 'node:stream/consumers';
import { checkTunes, tunesOf } from './tunes.js';

const tunes = tunesOf(await text(process.stdin));
const { valid, problems } = checkTunes(tunes);
console.log(
  `${valid} of ${tunes.length} tunes are valid ABC (${((100 * valid) / tunes.length).toFixed(1)} %).`,
);
for (const [problem, count] of problems) console.log(`${count} x ${problem}`);
