import { resolve } from 'node:path';
import { UserError } from '../../errors.js';
import {
  type ChildExit,
  type ChildOptions,
  runChild,
} from '../../platform/child-process/supervised-child.js';
import { findBinary, hasGone, type Tool } from './binaries.js';

/** What a run of ffmpeg or ffprobe may cost, who starts it, and who may end it. */
export type RunLimits = Pick<ChildOptions, 'timeBudget' | 'startProgram' | 'signal'>;

export interface FfmpegJob extends RunLimits {
  /** What follows -i: `pipe:0`, or a file as `fileAddress` writes it. */
  readonly source: string;
  readonly inputOptions: readonly string[];
  /** The chain of filters, as -filter:v takes it. */
  readonly filter?: string | undefined;
  readonly outputOptions: readonly string[];
  /** `pipe:1`, or a file, which is overwritten. */
  readonly target: string;
  readonly input?: ChildOptions['input'];
  readonly takesErrorLine?: ChildOptions['takesErrorLine'];
}

export interface FfprobeJob extends RunLimits {
  readonly source: string;
  readonly input?: ChildOptions['input'];
  readonly options: readonly string[];
}

/** How ffmpeg or ffprobe ended. Judging that is the caller's part: exit code 0 proves nothing. */
export type ToolExit = Exclude<ChildExit, { kind: 'failed_to_start' }>;

/** Output as it comes, and then, always and once, how it ended. */
export type ToolEvent = { readonly kind: 'output'; readonly bytes: Buffer } | ToolExit;

/**
 * Runs ffmpeg and yields what it writes to `pipe:1`. fluent-ffmpeg puts the command line together; the
 * program is supervised by runChild, whose promises hold here: it is gone when the loop over it is left.
 *
 * @throws UserError `missing_tool`; whatever `input` throws.
 */
export async function* runFfmpeg(job: FfmpegJob): AsyncGenerator<ToolEvent, void> {
  yield* runTool('ffmpeg', { ...job, arguments: await buildArguments(job) });
}

/** Does what is done but once for all runs, so that the first one starts sooner. It reports nothing: runs do. */
export async function prepareFfmpeg(): Promise<void> {
  await Promise.allSettled([findBinary('ffmpeg'), importFluent()]);
}

const importFluent = () => import('fluent-ffmpeg');

/**
 * Runs ffprobe to its end and shows every line that it prints to `takeLine`.
 *
 * @throws UserError `missing_tool`; whatever `takeLine` throws, which ends ffprobe.
 */
export async function runFfprobe(job: FfprobeJob, takeLine: (line: string) => void): Promise<ToolExit> {
  let unfinished = '';
  for await (const event of runTool('ffprobe', {
    ...job,
    arguments: ['-v', 'repeat+error', ...job.options, job.source],
  })) {
    if (event.kind !== 'output') return event;
    const lines = (unfinished + event.bytes.toString('latin1')).split(/\r?\n/);
    unfinished = lines.pop() ?? '';
    lines.forEach(takeLine);
  }
  throw new Error('A tool ended without saying how');
}

/** The file as ffmpeg takes it whatever its name: no colon, dash or percent sign in it means anything. */
export function fileAddress(path: string): string {
  return `file:${resolve(path)}`;
}

/**
 * The option that lets every frame through with its own time, where ffmpeg would repeat and drop frames to
 * keep a constant rate. -fps_mode came with ffmpeg 5.1 (libavutil 57.28) to replace -vsync.
 */
export async function passthroughOptions(): Promise<string[]> {
  const [major, minor] = (await findBinary('ffmpeg')).libavutil;
  const knowsFpsMode = major > 57 || (major === 57 && minor >= 28);
  return [knowsFpsMode ? '-fps_mode' : '-vsync', 'passthrough'];
}

/**
 * A static ffprobe, such as the packaged one, loads the machine's own character converters to read the names
 * in a broadcast (MPEG-TS), which do not fit it, and crashes. Where it finds none, it does without.
 */
const ENVIRONMENT = { GCONV_PATH: '/nonexistent' };

async function* runTool(
  tool: Tool,
  options: Omit<ChildOptions, 'executable'>,
): AsyncGenerator<ToolEvent, void> {
  const binary = await findBinary(tool);
  const child = runChild({ ...options, executable: binary.path, environment: ENVIRONMENT });
  const { exit, isSilent } = yield* asEvents(child);
  if (isSilent && hasFailed(exit) && (await hasGone(binary))) return yield* runTool(tool, options);
  if (exit.kind !== 'failed_to_start') {
    if (exit.errorLines.some((line) => /too many open files/i.test(line))) throw tooFewHandles(tool);
    yield exit;
    return;
  }
  throw new UserError('missing_tool', {
    problem: `${binary.tool} at ${binary.path} ran before but cannot be started now.`,
    fix: 'See whether it was moved or memory ran out; clipstep doctor looks for it again.',
    cause: exit.cause,
  });
}

/** What a program says of its own handles, as Node.js says it. */
const tooFewHandles = (tool: Tool): Error =>
  Object.assign(new Error(`${tool} has too few file handles`), { code: 'EMFILE' });

const hasFailed = (exit: ChildExit): boolean =>
  exit.kind === 'failed_to_start' ||
  exit.kind === 'signalled' ||
  (exit.kind === 'exited' && exit.exitCode !== 0);

async function* asEvents(
  child: AsyncGenerator<Buffer, ChildExit>,
): AsyncGenerator<ToolEvent, { readonly exit: ChildExit; readonly isSilent: boolean }> {
  let isSilent = true;
  try {
    for (;;) {
      const step = await child.next();
      if (step.done) return { exit: step.value, isSilent };
      isSilent = false;
      yield { kind: 'output', bytes: step.value };
    }
  } finally {
    // Leaving the loop early must end the child; the value is one that nobody sees.
    await child.return({ kind: 'aborted', errorLines: [] });
  }
}

async function buildArguments(job: FfmpegJob): Promise<string[]> {
  const { default: createCommand } = await importFluent();
  // Given one by one, options are taken as they are; given as one array, those with a space are split.
  const command = createCommand(job.source)
    // biome-ignore lint/plugin: a job has a handful of options.
    .inputOptions('-nostdin', '-hide_banner', '-y', ...job.inputOptions)
    // biome-ignore lint/plugin: likewise.
    .outputOptions('-an', '-sn', '-dn', ...job.outputOptions)
    .output(job.target);
  if (job.filter !== undefined) command.videoFilters(job.filter);
  // The one member that is used of what fluent-ffmpeg calls private: its way of running the child is not safe.
  return command._getArguments();
}
