import { UserError } from '../../errors.js';
import { MEMORY_FIX, tellsOfLackOfMemory } from '../../platform/lack-of-memory.js';
import { oversized, quote, tooLargeFailure } from '../failures.js';
import { ffmpegCommand } from '../ffmpeg/advice-command.js';
import type { ToolExit } from '../ffmpeg/ffmpeg.js';
import type { Timeline } from '../sampling.js';
import type { OpenedVideo } from './opened-video.js';

type FailedVideo = Pick<OpenedVideo, 'path' | 'allowDamaged'> & {
  readonly probe: { readonly index: { readonly timeline: Pick<Timeline, 'isKeyframe'> } };
};

interface DecodingResult {
  readonly exit: ToolExit;
  readonly found: number;
  readonly expected: number;
}

/** Why wanted frames did not come, of a run of ffmpeg that ended by itself. */
export function decodingFailure(video: FailedVideo, { exit, found, expected }: DecodingResult): UserError {
  const { path } = video;
  const words = quote(exit.errorLines);
  const size = oversized(exit.errorLines);
  if (size) return tooLargeFailure(path, size);
  if (exit.errorLines.some((line) => /[Dd]ecoder .*not found|[Nn]o decoder found/.test(line))) {
    return new UserError('unreadable', {
      problem: `${path} is in a format that this ffmpeg cannot decode; ${words}.`,
      fix: 'Use a newer ffmpeg (CLIPSTEP_FFMPEG names the one to use), or convert the clip to H.264.',
    });
  }
  const hasErrors = exit.errorLines.length > 0 || (exit.kind === 'exited' && exit.exitCode !== 0);
  const counts = `expected ${expected} frames, got ${found}`;
  if (hasErrors && !video.probe.index.timeline.isKeyframe.includes(true)) {
    return new UserError('corrupt', {
      problem: `${path} has no keyframe for decoding to begin at: ${counts}; ${words}.`,
      fix: 'It was cut out of a longer recording after its last keyframe: cut it again, beginning at a keyframe.',
    });
  }
  if (hasErrors) return damageFailure(video, `${counts}; ${words}`);
  return new UserError(found === 0 ? 'no_frames' : 'partial', {
    problem: `${path} does not give the frames that it lists: ${counts}; ${words}.`,
    fix: `Convert it: ${repairCommand(path)}`,
  });
}

export function damageFailure({ path, allowDamaged }: Omit<FailedVideo, 'probe'>, found: string): UserError {
  const memory = tellsOfLackOfMemory(found)
    ? `ffmpeg was refused memory, as damage can make it ask for too much; where the file is sound: ${MEMORY_FIX} `
    : '';
  // Of a clip that gives no frame even so, converting it makes none either.
  const use = allowDamaged
    ? ''
    : ` To use what can be read, give --allow-damaged, or convert it: ${repairCommand(path)}`;
  return new UserError('corrupt', {
    problem: `${path} is damaged: ${found}.`,
    fix: `${memory}Copy or record it again.${use}`,
  });
}

const repairCommand = (path: string): string =>
  ffmpegCommand({ path, suffix: '-repaired', extension: '.mp4' });
