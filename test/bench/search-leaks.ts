import { scanDataset } from '../../src/datasets/scan-dataset.js';
import { splitByGroup } from '../../src/datasets/split.js';
import { findLeaks } from '../../src/evaluate/leaks.js';
import { openCache } from '../../src/inputs/feature-cache.js';

// Run by itself, so that its memory is its own: `node --import tsx search-leaks.ts MANIFEST CACHE`, prints how many were found.
const [list, cache] = process.argv.slice(2);
if (list === undefined || cache === undefined) throw new Error('Give a manifest and a folder for the cache');
const dataset = await scanDataset(list);
const split = splitByGroup(dataset, { validation: 0.1, test: 0.1, seed: 1 });
console.log(`${(await findLeaks(split, { cache: openCache(cache) })).length} leaks`);
