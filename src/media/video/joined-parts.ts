import { UserError } from '../../errors.js';
import { interruption } from '../failures.js';
import { ffmpegCommand } from '../ffmpeg/advice-command.js';
import { type RunLimits, runFfprobe } from '../ffmpeg/ffmpeg.js';
import { parseLine } from './probe-report.js';
import { inputOf, type VideoFile } from './video-file.js';

/**
 * Refuses recordings that were joined into one broadcast stream and are numbered as streams of their own there, of which
 * ffmpeg would read one: each lies wholly before or after another. Streams side by side, as of two cameras, do not.
 *
 * @throws UserError `unreadable` where they were joined; what reading them does.
 */
export async function refuseJoinedParts(file: VideoFile, limits: RunLimits): Promise<void> {
  // Which streams there are is soon told, but not where each lies.
  if ((await placesOfStreams(file, { limits, entries: 'stream=index' })).length < 2) return;
  const places = await placesOfStreams(file, { limits, entries: 'packet=stream_index,pos' });
  const parts = places.filter(isOfSeveralPackets).sort((one, other) => one.start - other.start);
  const areApart = parts.every((part, index) => index === 0 || part.start > parts[index - 1]!.end);
  if (parts.length > 1 && areApart) throw joinedFailure(file.path, parts);
}

/** A video stream, by its number among all streams, and where its packets lie in the file, in bytes. */
interface Part {
  readonly stream: string;
  readonly start: number;
  readonly end: number;
}

const isOfSeveralPackets = ({ start, end }: Part): boolean => start < end;

/** The video streams of which ffprobe speaks when it is asked for some entries. */
async function placesOfStreams(
  file: VideoFile,
  { limits, entries }: { limits: RunLimits; entries: string },
): Promise<Part[]> {
  const parts = new Map<string, Part>();
  const { source, input, safeOptions } = inputOf(file);
  const options = [...safeOptions, '-select_streams', 'V', '-show_entries', entries, '-of', 'compact'];
  const exit = await runFfprobe({ source, input, options, ...limits }, (line) => {
    // Of a programme, streams are told within its own line, and then again.
    const [kind, fields] = parseLine(line);
    const stream = kind === 'packet' ? fields.stream_index : kind === 'stream' ? fields.index : undefined;
    if (stream === undefined) return;
    const at = Number(fields.pos);
    const { start, end } = parts.get(stream) ?? { start: at, end: at };
    parts.set(stream, { stream, start: Math.min(start, at), end: Math.max(end, at) });
  });
  const interrupted = interruption(file.path, exit, limits.timeBudget);
  if (interrupted) throw interrupted;
  return [...parts.values()];
}

function joinedFailure(path: string, parts: readonly Part[]): UserError {
  const labels = parts.map((_, index) => `[p${index}]`);
  const inputs = parts.map(({ stream }, index) => `[0:${stream}]setpts=PTS-STARTPTS${labels[index]}`);
  const filter = [...inputs, `${labels.join('')}concat=n=${parts.length}`].join(';');
  const maps = parts.map(({ stream }) => `-map 0:${stream}`);
  return new UserError('unreadable', {
    problem: `${path} holds ${parts.length} recordings one after the other, each as a video stream of its own, of which only one would be read.`,
    fix: `Take each out (${maps.join(' or ')}, with -c copy), or, where all are of one size, make one stream of them: ${ffmpegCommand({ path, options: `-an -filter_complex "${filter}"`, suffix: '-whole', extension: '.mp4' })}`,
  });
}
