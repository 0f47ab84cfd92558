import { UserError } from '../errors.js';
import { type Binary, findBinary } from './binaries.js';
import { type ChildExit, type ChildOptions, runChild } from './supervised-child.js';

/** What a run of ffmpeg or ffprobe may cost, and who may end it. */
export type RunLimits = Pick<ChildOptions, 'timeBudget' | 'signal'>;

export interface FfmpegJob extends RunLimits {
  /** What follows -i: `pipe:0`, or a file as `fileAddress` writes it. */
  readonly source: string;
  readonly inputOptions: readonly string[];
  /** The chain of filters, as -filter:v takes it. */
  readonly filter?: string;
  readonly outputOptions: readonly string[];
  /** `pipe:1`, or a file, which is overwritten. */
  readonly target: string;
  readonly input?: ChildOptions['input'];
  readonly takesErrorLine?: ChildOptions['takesErrorLine'];
}

export interface FfprobeJob extends RunLimits {
  readonly source: string;
  readonly options: readonly string[];
}

export type ToolExit = Exclude<ChildExit, { kind: 'failed_to_start' }>;

/**
 * Runs ffmpeg and yields what it writes to `pipe:1`. fluent-ffmpeg puts the command line together; the
 * program is supervised by runChild, whose promises hold here.
 *
 * @returns how it ended; judging that is the caller's part, since exit code 0 proves nothing.
 * @throws UserError `missing_tool`.
 */
export async function* runFfmpeg(job: FfmpegJob): AsyncGenerator<Buffer, ToolExit> {
  const binary = await findBinary('ffmpeg');
  return yield* runTool(binary, { ...job, arguments: await buildArguments(job) });
}

/** As runFfmpeg, for ffprobe. */
export async function* runFfprobe(job: FfprobeJob): AsyncGenerator<Buffer, ToolExit> {
  const binary = await findBinary('ffprobe');
  return yield* runTool(binary, { ...job, arguments: ['-v', 'error', ...job.options, job.source] });
}

/** The file as ffmpeg takes it whatever its name: no colon, dash or percent sign in it means anything. */
export function fileAddress(absolutePath: string): string {
  return `file:${absolutePath}`;
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

async function* runTool(
  binary: Binary,
  options: Omit<ChildOptions, 'executable'>,
): AsyncGenerator<Buffer, ToolExit> {
  const exit = yield* runChild({ ...options, executable: binary.path });
  if (exit.kind !== 'failed_to_start') return exit;
  throw new UserError('missing_tool', {
    problem: `${binary.tool} at ${binary.path} ran before but cannot be started now.`,
    fix: 'See whether it was moved or memory ran out; clipstep doctor looks for it anew.',
    cause: exit.cause,
  });
}

async function buildArguments(job: FfmpegJob): Promise<string[]> {
  const { default: createCommand } = await import('fluent-ffmpeg');
  // Given one by one, options are taken as they are; given as one array, those with a space are split.
  const command = createCommand(job.source)
    .inputOptions('-nostdin', '-v', 'error', '-y', ...job.inputOptions)
    .outputOptions('-an', '-sn', '-dn', ...job.outputOptions)
    .output(job.target);
  if (job.filter !== undefined) command.videoFilters(job.filter);
  // The one member that is used of what fluent-ffmpeg calls private: its way of running the child is not safe.
  return command._getArguments();
}
