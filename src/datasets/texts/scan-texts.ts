import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { naturalOrder } from '../../platform/natural-order.js';
import type { Dataset, Skipped } from '../dataset.js';
import { badDataset, type Found } from '../found.js';
import { type DataPurpose, numberClasses } from '../number-classes.js';
import { readText } from './read-text.js';
import { scanTable } from './scan-table.js';
import { textId } from './text-id.js';

/**
 * Lists a dataset of texts:
 * - a folder with a file a class, `<label>.txt`, each line an example, white space at its ends left out;
 * - or a table with a header, CSV or (.tsv) with tabs, with the columns text and label, and if wanted group and split.
 *
 * A text is its own group where nothing else is said, so that it is never in two parts, whatever its classes. What a
 * class has twice counts once.
 *
 * @param options.encoding of all files; see encodingSchema.
 * @throws UserError `not_found`; `bad_dataset` as numberClasses says, for an empty line, a file in another encoding, and
 *   for a table that is not as above, with its lines.
 */
export async function scanTexts(
  path: string,
  { encoding, purpose = 'training' }: { encoding: string; purpose?: DataPurpose | undefined },
): Promise<Dataset> {
  const root = resolve(path);
  const status = await stat(root).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The dataset ${path} cannot be opened: ${messageOf(cause)}.`,
      fix: LAYOUT,
      cause,
    });
  });
  const found = status.isDirectory() ? await scanLines(root, encoding) : await scanTable(root, encoding);
  return numberClasses(withoutRepeats(found, root), { path, noun: 'texts', layout: LAYOUT, purpose });
}

const LAYOUT =
  'Give a folder with a file of lines for each class, <class>.txt, two classes or more, or a table (.csv or .tsv) with the columns text and label.';

async function scanLines(folder: string, encoding: string): Promise<Found> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(naturalOrder);
  const files = names.filter((name) => extname(name) === '.txt');
  const examples = await Promise.all(files.map((name) => linesOf(join(folder, name), encoding)));
  const skipped = names
    .filter((name) => !files.includes(name))
    .map(
      (name): Skipped => ({ path: join(folder, name), problem: 'It is not a file of lines, <class>.txt.' }),
    );
  return { examples: examples.flat(), skipped, labels: new Set(files.map(labelOf)) };
}

const labelOf = (file: string): string => basename(file, '.txt');

async function linesOf(path: string, encoding: string): Promise<Found['examples']> {
  const lines = (await readText(path, encoding)).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const label = labelOf(path);
  return lines.map((line, index) => {
    const text = line.trim();
    if (text === '') throw emptyLine(path, index + 1);
    return { id: textId(text, { path, line: index + 1 }), path, label, group: text, text };
  });
}

function emptyLine(path: string, line: number): UserError {
  return badDataset(`${path} has an empty line, ${line}; each line is an example.`, 'Remove the line.');
}

/** What is the same text of the same class in the same part counts once. */
function withoutRepeats({ examples, skipped, labels }: Found, path: string): Found {
  const seen = new Set<string>();
  const kept = examples.filter(({ text, label, split }) => {
    const key = JSON.stringify([text, label, split]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  const repeats = examples.length - kept.length;
  const problem = `${repeats} of its texts repeat another one of their class, and count once with it.`;
  return { examples: kept, skipped: repeats > 0 ? [...skipped, { path, problem }] : skipped, labels };
}
