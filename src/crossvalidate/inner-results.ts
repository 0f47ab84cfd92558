import { dirname } from 'node:path';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../errors.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { unlessAbsent } from '../platform/exists.js';
import { makeFolder } from '../platform/make-folder.js';
import { readRegularText } from '../platform/regular-file.js';
import { replaceFile } from '../platform/replace-file.js';
import { compared } from '../train/fingerprint.js';

const resultSchema = z.strictObject({
  /** Both from 1. */
  candidate: z.int().min(1),
  fold: z.int().min(1),
  /** Of the inner fold's test part; null when the training diverged. Log loss is the mean, in nats. */
  scores: z
    .strictObject({ examples: z.int().min(1), right: z.int().min(0), logLoss: z.number().min(0) })
    .nullable(),
});

const fileSchema = z.strictObject({
  /** Everything that the results depend on, as text, by the names of settings and flags. */
  startedWith: z.record(z.string(), z.string()),
  results: z.array(resultSchema),
});

/** What came of an inner training. */
export type InnerResult = z.infer<typeof resultSchema>;

/** The inner results of one fold that are finished, kept in a file. */
export interface InnerResults {
  readonly finished: readonly InnerResult[];
  /** Keeps another one. @throws UserError `cannot_write`. */
  add(result: InnerResult): Promise<void>;
}

/** As the file has it. */
export type StartedWith = z.infer<typeof fileSchema>['startedWith'];

/**
 * Reads the results that are kept there, or starts to keep some.
 * @throws UserError `usage` when they were started with something else, or are not as they were written.
 */
export async function openInnerResults(path: string, startedWith: StartedWith): Promise<InnerResults> {
  const finished = await readResults(path, startedWith);
  const write = () => {
    const text = `${JSON.stringify({ startedWith, results: finished }, null, 2)}\n`;
    return replaceFile(path, text, { isSynced: true, failure: cannotWrite });
  };
  await makeFolder(dirname(path)).catch((cause: unknown) => Promise.reject(cannotWrite(path, cause)));
  if (finished.length === 0) await write();
  return {
    finished,
    add: (result) => {
      finished.push(result);
      return write();
    },
  };
}

async function readResults(path: string, startedWith: StartedWith): Promise<InnerResult[]> {
  const text = await unlessAbsent(readRegularText(path)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (text === null) return [];
  const kept = parseResults(text, path);
  const [was, is] = [kept.startedWith, startedWith].map((each) => new Map(Object.entries(each)));
  const differences = compared(was!, is!);
  if (differences === '') return kept.results;
  throw new UserError('usage', {
    problem: `The choice in ${path} was started with other settings:\n${differences}`,
    fix: 'Resume with the settings it was started with, or give another folder with --out.',
  });
}

function parseResults(text: string, path: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): UserError {
  const what = cause instanceof z.ZodError ? `does not fit:\n${listIssues(cause)}` : messageOf(cause);
  return new UserError('usage', {
    problem: `What is kept of the choice in ${path} cannot be read: ${what}`,
    fix: 'Remove that file: its candidates are then trained again.',
    cause,
  });
}
