import { chmod } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { isExecutableFile, programsOnPath } from '../../platform/child-process/find-program.js';
import { lackOf } from '../../platform/lack.js';
import { answersStill, type Version, versionOf } from './program-version.js';

export type Tool = 'ffmpeg' | 'ffprobe';

/** A program that was found and that answers `-version`, or did when it was as it is now. */
export interface Binary extends Version {
  readonly tool: Tool;
  readonly path: string;
  /** `environment`: CLIPSTEP_FFMPEG or CLIPSTEP_FFPROBE; `path`: PATH; `package`: the npm package's own. */
  readonly source: 'environment' | 'path' | 'package';
  /** Whether it answered in this process, rather than in one before. */
  readonly askedNow: boolean;
}

interface Candidate {
  readonly path: string;
  readonly source: Binary['source'];
}

const ENVIRONMENT_VARIABLE = { ffmpeg: 'CLIPSTEP_FFMPEG', ffprobe: 'CLIPSTEP_FFPROBE' } as const;

const found = new Map<string, Promise<Binary>>();

/**
 * The ffmpeg or ffprobe to use: the one that CLIPSTEP_FFMPEG (CLIPSTEP_FFPROBE) names, else the first on
 * PATH that runs, else the one in the npm package. Looked for once for each setting of these variables.
 *
 * @throws UserError `missing_tool`, with every place that was tried and what was wrong there.
 */
export function findBinary(tool: Tool): Promise<Binary> {
  const key = keyOf(tool);
  let binary = found.get(key);
  if (!binary) {
    binary = lookFor(tool);
    found.set(key, binary);
    // A failure is looked into again: the person may fix it while a program that uses Clipstep runs.
    binary.catch(() => found.delete(key));
  }
  return binary;
}

const keyOf = (tool: Tool): string =>
  [tool, process.env[ENVIRONMENT_VARIABLE[tool]], process.env.PATH].join('\n');

/**
 * For a program that failed: whether another is to be looked for, since it no longer runs, as where a library that it
 * needs was replaced. One that answered in this process is believed.
 */
export async function hasGone(binary: Binary): Promise<boolean> {
  const { tool, path, askedNow } = binary;
  if (askedNow) return false;
  const answers = await answersStill(path);
  if (answers) found.set(keyOf(tool), Promise.resolve({ ...binary, askedNow: true }));
  else found.delete(keyOf(tool));
  return !answers;
}

async function lookFor(tool: Tool): Promise<Binary> {
  const failures: string[] = [];
  for (const candidate of await candidatesFor(tool, failures)) {
    try {
      if (candidate.source === 'package') await ensureExecutable(candidate.path);
      return { tool, ...candidate, ...(await versionOf(candidate.path)) };
    } catch (thrown) {
      // Another one would not be the one that is meant.
      if (lackOf(thrown)) throw thrown;
      failures.push(`${candidate.path}: ${messageOf(thrown).split('\n')[0]}`);
    }
  }
  const variable = ENVIRONMENT_VARIABLE[tool];
  throw new UserError('missing_tool', {
    problem: `No ${tool} that runs was found. Looked at:\n${failures.map((line) => `  ${line}`).join('\n')}`,
    fix: process.env[variable]
      ? `Let ${variable} name a working ${tool}, or unset it to use the one on PATH or the packaged one.`
      : `Install ffmpeg (apt-get install ffmpeg, brew install ffmpeg), set ${variable} to a ${tool}, or install Clipstep again for the packaged one.`,
  });
}

/** The places in their order. A variable that is set is the only place: whoever sets it means it. */
async function candidatesFor(tool: Tool, failures: string[]): Promise<Candidate[]> {
  const chosen = process.env[ENVIRONMENT_VARIABLE[tool]];
  if (chosen) return [{ path: resolve(chosen), source: 'environment' }];
  const candidates: Candidate[] = (await programsOnPath(tool)).map((path) => ({ path, source: 'path' }));
  if (candidates.length === 0) failures.push(`PATH: it has no ${tool}`);
  try {
    candidates.push({ path: await packagedPath(tool), source: 'package' });
  } catch (thrown) {
    failures.push(`@${tool}-installer/${tool}: ${messageOf(thrown)}`);
  }
  return candidates;
}

async function packagedPath(tool: Tool): Promise<string> {
  const installed =
    tool === 'ffmpeg' ? await import('@ffmpeg-installer/ffmpeg') : await import('@ffprobe-installer/ffprobe');
  return installed.default.path;
}

/** Sets the run bit of a packaged program: npm does so in an install script, which many machines do not run. */
export async function ensureExecutable(path: string): Promise<void> {
  if (!(await isExecutableFile(path))) await chmod(path, 0o755);
}
