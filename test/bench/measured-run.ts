import { spawn } from 'node:child_process';

export interface MeasuredRun {
  readonly code: number | null;
  readonly seconds: number;
  /** Of the processor, user's and system's. */
  readonly processorSeconds: number;
  /** The most memory that it had at once, in megabytes. */
  readonly megabytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Says at its end what the process has used; its threads and the programs that it starts are silent. On Linux, maxRSS begins at
 * what the process had that started it, and VmHWM at nothing.
 */
const TELL = `import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
function mostKilobytes(usage) {
  if (process.platform !== 'linux') return usage.maxRSS;
  return Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}
function used() {
  const usage = process.resourceUsage();
  return JSON.stringify({ ...usage, maxRSS: mostKilobytes(usage) });
}
if (isMainThread) process.on('exit', () => console.error('used ' + process.pid + ' ' + used()));`;

/** Runs a script of Node.js, and says what that took. */
export function measureRun(
  args: readonly string[],
  { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<MeasuredRun> {
  const tell = `--import data:text/javascript,${encodeURIComponent(TELL)}`;
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env, NODE_OPTIONS: tell },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      const [, usage] = new RegExp(`^used ${child.pid} (.*)$`, 'm').exec(stderr) ?? [];
      if (usage === undefined) return reject(new Error(`${args.join(' ')} ended early:\n${stderr}`));
      const { userCPUTime, systemCPUTime, maxRSS }: NodeJS.ResourceUsage = JSON.parse(usage);
      const processorSeconds = (userCPUTime + systemCPUTime) / 1e6;
      resolve({ code, seconds, processorSeconds, megabytes: maxRSS / 1e3, stdout, stderr });
    });
  });
}
