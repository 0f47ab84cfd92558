import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { tell } from './figures.js';
import { sharedDataset, trainAndScore } from './train-and-score.js';

const FOLDS = 5;
const SEEDS = [1, 2];

/** Classes of which only so many clips are trained on in each fold; of the others there are 8. */
const RARE: Readonly<Record<string, number>> = { kick: 2, push: 2, hug: 2 };

const WAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'nothing done': {},
  'classWeights: balanced': { 'training.classWeights': 'balanced' },
  'sampler: balanced': { 'training.sampler': 'balanced' },
  'loss: focal': { 'training.loss': 'focal' },
  'focal and sampler': { 'training.loss': 'focal', 'training.sampler': 'balanced' },
};

interface Row {
  readonly path: string;
  readonly label: string;
  readonly group: string;
}

/**
 * What training on classes of unequal size does with the clips of ut-interaction-set1, all ten sequences of which are
 * tested once a seed, two at a time, with as many clips of each class.
 */
export async function benchImbalance(): Promise<void> {
  const data = sharedDataset('ut-interaction-set1');
  const rows: Row[] = parse(await readFile(join(data, 'manifest.csv')), { columns: true });
  const root = await mkdtemp(join(tmpdir(), 'clipstep-imbalance-'));
  try {
    const manifests = await writeManifests(rows, { data, root });
    for (const [name, set] of Object.entries(WAYS)) await measureWay(name, { set, manifests });
  } finally {
    await rm(root, { recursive: true });
  }
}

async function writeManifests(rows: readonly Row[], { data, root }: { data: string; root: string }) {
  const groups = [...new Set(rows.map(({ group }) => group))].sort();
  const manifests: string[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const tested = new Set(groups.filter((_, index) => index % FOLDS === fold));
    const path = join(root, `fold-${fold}.csv`);
    const counts = new Map<string, number>();
    const lines = rows.flatMap((row) => {
      const part = tested.has(row.group) ? 'test' : 'train';
      const count = counts.get(row.label) ?? 0;
      if (part === 'train') counts.set(row.label, count + 1);
      if (part === 'train' && count >= (RARE[row.label] ?? Number.POSITIVE_INFINITY)) return [];
      return [`${join(data, row.path)},${row.label},${row.group},${part}`];
    });
    await writeFile(path, ['path,label,group,split', ...lines, ''].join('\n'));
    manifests.push(path);
  }
  return manifests;
}

async function measureWay(
  name: string,
  { set, manifests }: { set: Readonly<Record<string, string>>; manifests: readonly string[] },
): Promise<void> {
  const right = { rare: 0, frequent: 0 };
  const tested = { rare: 0, frequent: 0 };
  for (const seed of SEEDS) {
    for (const manifest of manifests) {
      const { classes } = await trainAndScore({
        pipeline: 'surveillance',
        // Mixed clips are of two classes.
        set: { 'split.validation': '0', 'training.mixup': 'null', 'training.steps': 'null', ...set },
        data: manifest,
        seed,
      });
      for (const { label, examples, recall } of classes) {
        const kind = label in RARE ? 'rare' : 'frequent';
        tested[kind] += examples;
        right[kind] += examples * (recall ?? 0);
      }
    }
  }
  const shares = {
    all: (right.rare + right.frequent) / (tested.rare + tested.frequent),
    rare: right.rare / tested.rare,
    frequent: right.frequent / tested.frequent,
  };
  const words = Object.entries(shares).map(([kind, share]) => `${kind} ${(100 * share).toFixed(1)} %`);
  tell(`${name.padEnd(24)} ${words.join(', ')}`, name, shares);
}
