import { spawn } from 'node:child_process';

export interface MeasuredRun {
  readonly code: number | null;
  readonly seconds: number;
  /** Of the processor, user's and system's. */
  readonly processorSeconds: number;
  /** Likewise, of those of its threads that have ended; null where the system does not tell. */
  readonly endedThreadSeconds: number | null;
  /** Likewise, of the programs that it started and waited for, theirs included; likewise null. */
  readonly programSeconds: number | null;
  /** Likewise, of those of them that are scripts of Node.js. */
  readonly scriptSeconds: number;
  /** The most memory that it had at once, in megabytes. */
  readonly megabytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Says at its end what the process has used; its threads are silent. On Linux, maxRSS begins at what the process had that
 * started it, and VmHWM at nothing; of programs, /proc counts hundredths of a second.
 */
const TELL = `import { readdirSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
function mostKilobytes(usage) {
  if (process.platform !== 'linux') return usage.maxRSS;
  return Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}
function secondsIn(path, place) {
  const fields = readFileSync(path, 'utf8').replace(/.*\\) /s, '').split(' ');
  return (Number(fields[place]) + Number(fields[place + 1])) / 100;
}
function ofThreadsAndPrograms() {
  if (process.platform !== 'linux') return { endedThreadSeconds: null, programSeconds: null };
  const live = readdirSync('/proc/self/task').map((thread) => secondsIn('/proc/self/task/' + thread + '/stat', 11));
  const endedThreadSeconds = secondsIn('/proc/self/stat', 11) - live.reduce((sum, each) => sum + each, 0);
  return { endedThreadSeconds, programSeconds: secondsIn('/proc/self/stat', 13) };
}
function used() {
  const usage = process.resourceUsage();
  return JSON.stringify({ ...usage, maxRSS: mostKilobytes(usage), ...ofThreadsAndPrograms() });
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
      const told = new Map(
        [...stderr.matchAll(/^used (\d+) (.*)$/gm)].map(([, pid, usage]): [number, Usage] => [
          Number(pid),
          JSON.parse(usage!),
        ]),
      );
      const own = told.get(child.pid!);
      if (!own) return reject(new Error(`${args.join(' ')} ended early:\n${stderr}`));
      told.delete(child.pid!);
      resolve({
        code,
        seconds,
        processorSeconds: secondsOf(own),
        endedThreadSeconds: own.endedThreadSeconds,
        programSeconds: own.programSeconds,
        scriptSeconds: [...told.values()].reduce((sum, usage) => sum + secondsOf(usage), 0),
        megabytes: own.maxRSS / 1e3,
        stdout,
        stderr,
      });
    });
  });
}

type Usage = NodeJS.ResourceUsage & Pick<MeasuredRun, 'endedThreadSeconds' | 'programSeconds'>;

const secondsOf = ({ userCPUTime, systemCPUTime }: Usage): number => (userCPUTime + systemCPUTime) / 1e6;
