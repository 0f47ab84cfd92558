import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether this system shows its processes as files. */
export const canListProcesses = existsSync('/proc/self/cmdline');

/** Ids of the running processes (zombies are not) that have a text in their command line. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Whether a process is there and not a zombie, which is one that ended and whose parent did not ask how. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !canListProcesses || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
