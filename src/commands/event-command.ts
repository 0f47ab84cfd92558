import { UserError } from '../errors.js';
import { isExecutableFile, programsOnPath } from '../platform/child-process/find-program.js';
import { type ChildExit, runChild } from '../platform/child-process/supervised-child.js';
import { createTimeBudget } from '../platform/child-process/time-budget.js';
import { printable } from '../platform/printable.js';
import type { LabelEnd, LabelStart } from '../predict/live/watch-options.js';

/** Runs a program for events, one after the other, in their order. */
export interface EventCommand {
  run(event: LabelStart | LabelEnd): void;
  /** Waits for what still runs, and is to run; where `signal` has ended the watch, a few seconds for all of it. */
  finish(signal: AbortSignal): Promise<void>;
}

/** A program that takes longer is ended. */
const LONGEST_SECONDS = 60;
/** For what still runs when a watch is stopped; the rest is ended. */
const END_SECONDS = 5;
/** Events that wait for it; of more, the oldest is passed over. */
const MOST_WAITING = 100;

/**
 * What runs a program whenever a label begins or ends. It is given no arguments and no shell, but variables of the
 * environment, so that nothing that a label says can be taken for more than a word. What it prints goes to stderr.
 *
 * @throws UserError `usage` where there is no such program.
 */
export async function eventCommand(program: string, source: string): Promise<EventCommand> {
  const executable = await findProgram(program);
  const waiting: Array<LabelStart | LabelEnd> = [];
  let working: Promise<void> = Promise.resolve();
  const stop = new AbortController();
  const next = async () => {
    const event = waiting.shift();
    if (!event || stop.signal.aborted) return;
    await runOnce(executable, { environment: variablesOf(event, source), signal: stop.signal });
  };
  return {
    run: (event) => {
      waiting.push(event);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        console.error(`${printable(program)} is slower than events come: one was passed over.`);
      }
      working = working.then(next);
    },
    finish: async ({ aborted }) => {
      const timer = aborted ? setTimeout(() => stop.abort(), END_SECONDS * 1000) : undefined;
      await working;
      clearTimeout(timer);
    },
  };
}

async function findProgram(program: string): Promise<string> {
  const [first] = /[\\/]/.test(program) ? [program] : await programsOnPath(program);
  if (first !== undefined && (await isExecutableFile(first))) return first;
  throw new UserError('usage', {
    problem: `--exec: there is no program ${program} that may be run.`,
    fix: 'Give the path of a program or a script, which may be run (chmod +x), without arguments.',
  });
}

function variablesOf(event: LabelStart | LabelEnd, source: string): Record<string, string> {
  const { kind, label, probability, startSeconds } = event;
  const ofEnd =
    event.kind === 'end'
      ? { CLIPSTEP_END_SECONDS: event.endSeconds.toFixed(3), CLIPSTEP_REASON: event.reason }
      : {};
  return {
    CLIPSTEP_EVENT: kind,
    // What no variable can hold.
    CLIPSTEP_LABEL: label.replaceAll('\0', ''),
    CLIPSTEP_PROBABILITY: probability.toFixed(4),
    CLIPSTEP_START_SECONDS: startSeconds.toFixed(3),
    CLIPSTEP_AT: new Date().toISOString(),
    CLIPSTEP_SOURCE: source,
    ...ofEnd,
  };
}

async function runOnce(
  executable: string,
  options: { environment: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<void> {
  const timeBudget = createTimeBudget(LONGEST_SECONDS);
  const child = runChild({ ...options, executable, arguments: [], timeBudget });
  for (;;) {
    const step = await child.next();
    if (!step.done) process.stderr.write(step.value);
    else return tellOfFailure(executable, step.value);
  }
}

function tellOfFailure(executable: string, exit: ChildExit): void {
  if (exit.kind === 'exited' && exit.exitCode === 0) return;
  const ends: Record<ChildExit['kind'], string> = {
    exited: `ended with ${exit.kind === 'exited' ? exit.exitCode : ''}`,
    signalled: 'was ended by a signal',
    timeout: `took longer than ${LONGEST_SECONDS} s`,
    aborted: 'was stopped',
    failed_to_start: 'could not be started',
  };
  const words = exit.errorLines.length > 0 ? `: ${exit.errorLines.join('; ')}` : '';
  console.error(printable(`${executable} ${ends[exit.kind]}${words}`));
}
