import { messageOf, UserError } from '../../errors.js';
import { runChild } from '../../platform/child-process/supervised-child.js';
import { createTimeBudget } from '../../platform/child-process/time-budget.js';

export interface BuildTool {
  readonly executable: string;
  /** Arguments with which it only says its version. */
  readonly arguments: readonly string[];
  readonly purpose: string;
  /** The Debian package that brings it. */
  readonly debian: string;
}

/**
 * Runs each tool that the build needs.
 * @throws UserError `missing_tool` with the first that does not run, and what installs all that are missing.
 */
export async function requireBuildTools(tools: readonly BuildTool[] = buildTools()): Promise<void> {
  const attempts = await Promise.all(
    tools.map(async (tool) => ({ ...tool, problem: await runTool(tool).then(() => null, messageOf) })),
  );
  const missing = attempts.filter(({ problem }) => problem !== null);
  const [first] = missing;
  if (!first) return;
  const command = [first.executable, ...first.arguments].join(' ');
  const packages = missing.map((tool) => tool.debian).join(' ');
  throw new UserError('missing_tool', {
    problem: `The tensorflow engine cannot be built: it needs ${first.purpose}, but \`${command}\` fails: ${first.problem}`,
    fix: `Run \`sudo apt-get install ${packages}\` (on Debian; elsewhere what brings the same), then \`clipstep install tensorflow\` again.`,
  });
}

export interface ToolRun {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end and returns what it wrote to stdout.
 * @throws UserError `aborted`; Error with the program's own words when it fails.
 */
export async function runTool({ executable, arguments: list, signal }: ToolRun): Promise<string> {
  const timeBudget = createTimeBudget(Number.POSITIVE_INFINITY);
  const child = runChild({ executable, arguments: list, signal, timeBudget });
  let output = '';
  let next = await child.next();
  while (!next.done) {
    output += next.value.toString();
    next = await child.next();
  }
  const end = next.value;
  if (end.kind === 'exited' && end.exitCode === 0) return output;
  if (end.kind === 'aborted') {
    throw new UserError('aborted', {
      problem: 'The installation of the tensorflow engine was interrupted; nothing of it was left.',
      fix: 'Run `clipstep install tensorflow` again when you want it.',
    });
  }
  if (end.kind === 'failed_to_start') throw end.cause;
  throw new Error(end.errorLines.join('\n') || `${executable} said nothing and ${JSON.stringify(end)}`);
}

/** In the order in which they are used. */
const buildTools = (): BuildTool[] => [
  { executable: 'npm', arguments: ['--version'], purpose: 'npm to fetch tfjs-node', debian: 'npm' },
  { executable: 'python3', arguments: ['--version'], purpose: 'Python to build', debian: 'python3' },
  {
    executable: 'python3',
    arguments: ['-m', 'pip', '--version'],
    purpose: 'pip to fetch TensorFlow',
    debian: 'python3-pip',
  },
  { executable: 'make', arguments: ['--version'], purpose: 'make to build the addon', debian: 'make' },
  {
    // As the Makefile that node-gyp writes chooses it.
    executable: process.env.CXX ?? 'g++',
    arguments: ['--version'],
    purpose: 'a C++ compiler (g++, or the one that CXX names)',
    debian: 'g++',
  },
];
