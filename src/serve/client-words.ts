import { type ErrorCode, UserError } from '../errors.js';

/** What is said of an error. */
export type Words = Pick<UserError, 'code' | 'problem' | 'fix'>;

/**
 * The words of an error for whoever sent the request, and not for whoever runs the server: without paths of the server, and
 * with a fix that a client can follow.
 *
 * @param names for paths that the client knows under these.
 */
export function clientWords({ code, problem, fix }: Words, names: ReadonlyMap<string, string>): Words {
  const named = (text: string) =>
    [...names].reduce((rest, [path, name]) => rest.replaceAll(path, name), text);
  return { code, problem: named(problem), fix: named(isForOperator(code, fix) ? clientFix(code, fix) : fix) };
}

/** The same for an error of the server itself, whose paths all are unknown to a client: their last part is left. */
export function refusalWords(error: UserError): UserError {
  const { code, problem, fix } = clientWords(error, new Map());
  return new UserError(code, { problem: withoutFolders(problem), fix: withoutFolders(fix), cause: error });
}

/** Absolute ones of two parts or more, of POSIX or Windows; not the paths of addresses. */
const FOLDERS = /(?<![\w.~:/\\])(?:[A-Za-z]:)?(?:[\\/][^\s\\/"'`:;,]+)+[\\/](?=[^\s\\/"'`:;,]+)/g;

const withoutFolders = (text: string): string => text.replaceAll(FOLDERS, '');

/** Flags, variables, commands, and what else only somebody at the server has. */
const OPERATORS_WORDS = /(?<![\w-])--[a-z]|\bCLIPSTEP_|\bffmpeg\b/;

const isForOperator = (code: ErrorCode, fix: string): boolean =>
  code === 'killed' || code === 'timeout' || OPERATORS_WORDS.test(fix);

const CONVERT = 'convert it first: a video to MP4 with H.264, a picture to PNG or JPEG.';

const CLIENT_FIXES: Partial<Record<ErrorCode, string>> = {
  corrupt: `Copy or record it again, or ${CONVERT}`,
  partial: `Copy or record it again, or ${CONVERT}`,
  no_frames: `Copy or record it again, or ${CONVERT}`,
  unreadable: `To have it read, ${CONVERT}`,
  too_large: 'Scale it down, or cut it shorter.',
  timeout: 'Cut it shorter, scale it down, or ask for fewer windows.',
  killed: 'Send it again later, cut shorter or scaled down.',
};

const clientFix = (code: ErrorCode, fix: string): string =>
  CLIENT_FIXES[code] ?? `Tell whoever runs the server: ${fix}`;
