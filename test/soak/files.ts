import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { UserError } from '../../src/errors.js';
import { type Clip, openClip, type PlanChoice } from '../../src/media/frames.js';
import { locateClip } from '../../src/media/locate.js';

/** The exact ways to decode a clip: all must come to the same. */
const PLANS: readonly PlanChoice[] = ['whole', 'exact', 'excerpt', 'seeks'];
/** Those that may give neighbours of the frames that are asked for, which must look as they do when all is decoded. */
const NEAR_PLANS: readonly PlanChoice[] = ['keyframes', 'nearby', 'reference-only'];
const FRAMES = 8;
/** So many that each frame of a short clip is among them. */
const MANY_FRAMES = 2000;
const TIMEOUT_SECONDS = 60;
/** Each plan has its time to read in, and a program some to end. */
const LONGEST_SECONDS = (PLANS.length + NEAR_PLANS.length + 1) * (TIMEOUT_SECONDS + 3);
const POLL_MILLISECONDS = 20;

interface FileResult {
  readonly file: string;
  /** `read`, `damaged` for frames that were given all the same, or the code of the failure. */
  readonly outcome: string;
  readonly seconds: number;
  readonly faults: readonly string[];
}

/**
 * Reads every file below a folder, whatever its name and kind, by every plan. Prints a line of JSON for each as it comes, and at the
 * end, or on Ctrl-C, without the file under way, one of all: outcomes counted, times, memory of this process and of its programs,
 * and faults.
 *
 * @throws Error when a file met a defect, took too long, left a file or a program, or when plans disagreed.
 */
export async function soakFiles(folder: string): Promise<void> {
  const names = await filesBelow(folder);
  // Where nobody else leaves anything.
  const temporary = await mkdtemp(join(tmpdir(), 'clipstep-soak-'));
  process.env.TMPDIR = temporary;
  const watch = watchChildren();
  const results: FileResult[] = [];
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  for (const name of names) {
    const result = await soakFile(join(folder, name), name);
    // It may have ended the programs that read the file, too.
    if (interruption.signal.aborted) break;
    const children = await childrenOf(process.pid);
    const faults = [
      ...result.faults,
      ...(children.length > 0 ? [`${name}: ${children.length} programs are left`] : []),
    ];
    results.push({ ...result, faults });
    console.log(JSON.stringify({ ...result, faults }));
    for (const fault of faults) console.error(fault);
  }
  process.off('SIGINT', interrupt);
  const left = [
    ...(await filesBelow(folder)).filter((name) => !names.includes(name)),
    ...(await readdir(temporary)),
  ];
  await rm(temporary, { recursive: true });
  const faults = [...results.flatMap((result) => result.faults), ...left.map((path) => `${path} is left`)];
  const about = { ofFiles: names.length, peakChildMegabytes: watch.stop(), faults };
  console.log(JSON.stringify(summary(results, about)));
  if (faults.length > 0) throw new Error(`${faults.length} faults in ${results.length} files`);
}

function summary(
  results: readonly FileResult[],
  about: { ofFiles: number; peakChildMegabytes: number; faults: readonly string[] },
) {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const slowest = [...results].sort((one, other) => other.seconds - one.seconds).slice(0, 5);
  return {
    files: results.length,
    ofFiles: about.ofFiles,
    outcomes,
    seconds: Math.round(results.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
    slowest: slowest.map(({ file, seconds }) => ({ file, seconds })),
    residentMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
    peakChildMegabytes: about.peakChildMegabytes,
    faults: about.faults,
  };
}

async function soakFile(path: string, file: string): Promise<FileResult> {
  const started = performance.now();
  const faults: string[] = [];
  const strict = await outcomesOf(path, { allowDamaged: false, faults });
  const lenient = strict[0] === 'corrupt' ? await outcomesOf(path, { allowDamaged: true, faults }) : strict;
  for (const told of [strict, lenient]) {
    if (new Set(told).size > 1) faults.push(`${file}: the plans disagree: ${told.join(' | ')}`);
  }
  if (strict[0]?.startsWith('read ')) faults.push(...(await nearFaults(path, file)));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (seconds > 2 * LONGEST_SECONDS) faults.push(`${file} took ${seconds} s`);
  const [first = ''] = strict;
  const outcome = first.startsWith('read ') ? 'read' : lenient[0]?.startsWith('read ') ? 'damaged' : first;
  return { file, outcome, seconds, faults };
}

/** By each plan: the code of the failure, or `read` and a digest of the frames, their times and which are damaged. */
async function outcomesOf(
  path: string,
  { allowDamaged, faults }: { allowDamaged: boolean; faults: string[] },
): Promise<string[]> {
  const told: string[] = [];
  for (const plan of PLANS) {
    try {
      told.push(await digestOf(path, { plan, allowDamaged }));
    } catch (error) {
      if (!(error instanceof UserError)) faults.push(`${path} met a defect: ${String(error)}`);
      told.push(error instanceof UserError ? error.code : 'defect');
    }
  }
  return told;
}

/** Frames of plans that take neighbours, held against those of the whole clip that are shown at the same times. */
async function nearFaults(path: string, file: string): Promise<string[]> {
  const faults: string[] = [];
  let whole: Map<number, string> | undefined;
  for (const plan of NEAR_PLANS) {
    const clip = await open(path, { plan, allowDamaged: false });
    if (clip.plan !== plan) continue;
    const near = await pictures(clip);
    whole ??= await pictures(await open(path, { plan: 'whole', allowDamaged: true, frames: MANY_FRAMES }));
    for (const [time, digest] of near) {
      const other = whole.get(time);
      if (other !== undefined && other !== digest)
        faults.push(`${file}: ${plan} shows another frame at ${time} s`);
    }
  }
  return faults;
}

async function pictures({ frames }: Clip): Promise<Map<number, string>> {
  const digests = new Map<number, string>();
  for await (const { timeSeconds, pixels } of frames)
    digests.set(timeSeconds, createHash('sha256').update(pixels).digest('hex'));
  return digests;
}

interface Reading {
  readonly plan: PlanChoice;
  readonly allowDamaged: boolean;
  readonly frames?: number;
}

async function open(path: string, { frames = FRAMES, ...request }: Reading): Promise<Clip> {
  return openClip(await locateClip(path), {
    ...request,
    sampling: { kind: 'uniform', frames },
    preprocessing: { size: 96, fit: 'resize', kernel: 'linear' },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
}

async function digestOf(path: string, request: Reading): Promise<string> {
  const clip = await open(path, request);
  const hash = createHash('sha256');
  for await (const { pixels, timeSeconds, isDamaged } of clip.frames) {
    hash.update(pixels).update(`${timeSeconds} ${isDamaged}\n`);
  }
  return `read ${hash.digest('hex').slice(0, 16)}`;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((path) => relative(folder, path)).sort();
}

/** Looks at the most memory that each program of ours has had; 0 where the system does not tell. */
function watchChildren(): { stop: () => number } {
  let peakKilobytes = 0;
  const timer = setInterval(async () => {
    for (const pid of await childrenOf(process.pid)) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      peakKilobytes = Math.max(peakKilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    }
  }, POLL_MILLISECONDS);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round(peakKilobytes / 1e3);
    },
  };
}

async function childrenOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const named = await Promise.all(
    text
      .split(' ')
      .filter(Boolean)
      .map(async (child) => {
        const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
        return /ffmpeg|ffprobe/.test(command) ? [child] : [];
      }),
  );
  return named.flat();
}
