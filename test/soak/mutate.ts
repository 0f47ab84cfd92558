import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ErrorCode } from '../../src/errors.js';
import { isClipName } from '../../src/media/clip-names.js';
import { isFailed, type Row } from '../../src/predict/batch/row.js';
import { type Random, random } from '../../src/random.js';
import { readRows } from '../support/batch-fixture.js';
import { projectFolder } from '../support/cli.js';
import { MUTATIONS } from '../support/mutations.js';
import { canListProcesses, processesNaming } from '../support/processes.js';
import { sharedFolder } from '../support/shared.js';
import { makeSmallMedia, type SmallClip } from '../support/small-media.js';
import { saveTinyBundle } from '../support/tiny-bundle.js';

const SEED = 1;
const CHUNK = 100;
/** A small clip takes a tenth of a second; a mutated one may say that it is long. */
const TIMEOUT_SECONDS = 20;
/** Reading a file, and probing and decoding it, have that time each; then a program gets 3 s to end. */
const LONGEST_SECONDS = 2 * TIMEOUT_SECONDS + 3;
const MOST_MEGABYTES = 600;

/** What a file's own bytes may lead to. A `defect`, or a program that somebody killed, must not be among it. */
const OUTCOMES: ReadonlySet<string> = new Set<ErrorCode>([
  'empty',
  'not_media',
  'no_video',
  'corrupt',
  'partial',
  'no_frames',
  'too_large',
  'timeout',
  'refused',
  'unreadable',
]);

/** A mutated clip, in a folder of its own. */
interface Case {
  /** Of the folder. */
  readonly name: string;
  readonly files: ReadonlyArray<{ readonly name: string; readonly content: Buffer }>;
}

/** @param count mutated clips. @throws Error when any of them had no answer and no typed failure, or more than its time. */
export async function soakMutations(count: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-soak-'));
  const clips = [...(await makeSmallMedia(join(root, 'whole'))), ...(await tortureClips())];
  const classify = await openBatch(join(root, 'model'));
  const outcomes = new Map<string, number>();
  const faults: string[] = [];
  for (let first = 0; first < count; first += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, count - first) }, (_, index) => first + index);
    const cases = numbers.map((number) => mutate(clips, number));
    const seen = await runChunk(classify, { cases, folder: join(root, `from ${first}`) });
    for (const outcome of seen.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    faults.push(...seen.faults);
    for (const fault of seen.faults) console.log(fault);
    const megabytes = process.memoryUsage.rss() / 1e6;
    if (megabytes > MOST_MEGABYTES) faults.push(`After ${first + CHUNK}: ${megabytes.toFixed(0)} MB`);
    console.log(
      `${first + numbers.length} files, ${megabytes.toFixed(0)} MB resident, longest ${seen.longestSeconds.toFixed(1)} s`,
    );
  }
  for (const [outcome, files] of [...outcomes].sort((one, other) => other[1] - one[1])) {
    console.log(`${String(files).padStart(6)} ${outcome}`);
  }
  if (faults.length > 0) throw new Error(`${faults.length} faults; the files are in ${root}`);
  await rm(root, { recursive: true });
}

/** The nth clip that soakMutations makes: one file of a valid clip is changed, or gets another ending. */
function mutate(clips: readonly SmallClip[], number: number): Case {
  const stream = random(SEED, 'mutate', number);
  const clip = stream.pick(clips);
  const victim = stream.integer(0, clip.files.length);
  const kind = stream.pick([...Object.keys(MUTATIONS), 'renamed']);
  const files = clip.files.map(({ name, content }, index) => {
    if (index !== victim) return { name, content };
    const change = MUTATIONS[kind];
    return change ? { name, content: change(content, stream) } : { name: renamed(name, stream), content };
  });
  return { name: `${String(number).padStart(6, '0')} ${clip.name} ${kind}`, files };
}

const ENDINGS = ['.mp4', '.mkv', '.avi', '.ts', '.gif', '.h264', '.png', '.jpg', '.webp', '.tiff'];

function renamed(name: string, stream: Random): string {
  const ending = extname(name);
  return name.slice(0, -ending.length) + stream.pick(ENDINGS.filter((other) => other !== ending));
}

async function tortureClips(): Promise<SmallClip[]> {
  const folder = join(sharedFolder ?? '', 'torture');
  const entries = sharedFolder ? await readdir(folder, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (original) => {
      // Under another name, a file that no longer begins like a video would be passed over.
      const name = isClipName(original) ? original : `${original}.mp4`;
      return { name, files: [{ name, content: await readFile(join(folder, original)) }] };
    }),
  );
}

type Classify = (source: string, options: { out: string; onClip: () => void }) => Promise<void>;

/** The built batch, since its engine runs in a thread that is started from a file of JavaScript. */
async function openBatch(model: string): Promise<Classify> {
  await saveTinyBundle(model);
  const { batch, loadBundle }: typeof import('../../src/index.js') = await import(
    pathToFileURL(join(projectFolder, 'dist/index.js')).href
  );
  const bundle = await loadBundle(model);
  return async (source, { out, onClip }) => {
    // One by one, so that the time between two is the time of one.
    const limits = { jobs: 1, timeoutSeconds: TIMEOUT_SECONDS };
    await batch({ bundle, source, out, ...limits, onEvent: onClip });
  };
}

interface Seen {
  readonly outcomes: string[];
  readonly faults: string[];
  readonly longestSeconds: number;
}

async function runChunk(
  classify: Classify,
  { cases, folder }: { cases: readonly Case[]; folder: string },
): Promise<Seen> {
  for (const { name, files } of cases) {
    await mkdir(join(folder, name), { recursive: true });
    for (const file of files) await writeFile(join(folder, name, file.name), file.content);
  }
  const out = `${folder}.jsonl`;
  let longestSeconds = 0;
  let last = performance.now();
  await classify(folder, {
    out,
    onClip: () => {
      longestSeconds = Math.max(longestSeconds, (performance.now() - last) / 1000);
      last = performance.now();
    },
  });
  const rows = await readRows(out);
  const faults = [...faultyRows(rows, { cases, folder }), ...childrenLeft(folder)];
  if (longestSeconds > LONGEST_SECONDS) faults.push(`One took ${longestSeconds.toFixed(0)} s, in ${folder}`);
  else if (faults.length === 0) await rm(folder, { recursive: true });
  return {
    outcomes: rows.map((row) => (isFailed(row) ? row.error.code : 'classified')),
    faults,
    longestSeconds,
  };
}

/** What is wrong with the rows of a chunk: none for a clip, or two, or one that says nothing of use. */
function faultyRows(
  rows: readonly Row[],
  { cases, folder }: { cases: readonly Case[]; folder: string },
): string[] {
  const faults: string[] = [];
  for (const { name } of cases) {
    const own = rows.filter((row) => row.path.startsWith(join(folder, name)));
    const [row] = own;
    if (own.length !== 1 || !row) faults.push(`${name}: ${own.length} rows`);
    else if (isFailed(row)) {
      const { code, message, fix } = row.error;
      const isTold = OUTCOMES.has(code) && message.includes(name) && /\w/.test(fix);
      if (!isTold) faults.push(`${name}: ${code}: ${message} ${fix}`);
    }
  }
  return faults;
}

function childrenLeft(folder: string): string[] {
  const left = canListProcesses ? processesNaming(folder) : [];
  return left.length > 0 ? [`Processes ${left.join(', ')} are left, in ${folder}`] : [];
}
