import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Program, signalGroup, spawnProgram } from '../platform/child-process/program.js';
import { PACKAGE_FOLDER } from '../platform/package-files.js';

/** A `clipstep train` that runs in a process of its own, so that it can be stopped like any other. */
export interface TrainingProcess {
  /** As Ctrl-C does: it keeps what it has, to be resumed. */
  interrupt(): void;
  /** When it has ended, whatever way; with the end of what it said, where that was no JSON. */
  readonly ended: Promise<{ readonly words: string }>;
}

/** Its own command, as it is built. */
const CLI = join(PACKAGE_FOLDER, 'dist', 'cli.js');

/** Time to write a checkpoint, of a process that is asked to end. */
const LONGEST_END_MILLISECONDS = 30_000;

/** @param takeLine is shown each line of JSON that it prints. */
export async function startTraining(
  args: readonly string[],
  takeLine: (line: string) => void,
): Promise<TrainingProcess> {
  const program = await spawnProgram({
    executable: process.execPath,
    arguments: [CLI, 'train', ...args, '--json'],
    environment: { NO_COLOR: '1' },
  });
  program.stdin.end();
  const words = lastWords(program);
  const lines = createInterface({ input: program.stdout });
  lines.on('line', takeLine);
  const ended = Promise.all([program.ended.catch(() => {}), once(lines, 'close')]);
  let timer: NodeJS.Timeout | undefined;
  return {
    interrupt: () => {
      if (program.pid === undefined || timer) return;
      timer = setTimeout(() => signalGroup(program.pid, 'SIGKILL'), LONGEST_END_MILLISECONDS);
      signalGroup(program.pid, 'SIGINT');
    },
    ended: ended.then(() => {
      clearTimeout(timer);
      return { words: words() };
    }),
  };
}

/** Of stderr, where an error is said that is none of ours. */
const MOST_WORDS = 2000;

function lastWords({ stderr }: Program): () => string {
  let text = '';
  stderr.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-MOST_WORDS);
  });
  return () => text.trim();
}
