import { dirname, join, parse } from 'node:path';
import { UserError } from '../../errors.js';
import { cannotWrite } from '../../platform/cannot-write.js';
import { printable } from '../../platform/printable.js';
import { replaceFile } from '../../platform/replace-file.js';
import type { Segment } from './windows.js';

export type SubtitleFormat = 'vtt' | 'srt';

/**
 * Writes segments as subtitles beside a clip, `<clip's name>.clipstep.vtt` or `.srt`, which players find and
 * which is nobody else's file.
 *
 * @throws UserError `cannot_write`; `too_large` where the clip's name leaves no room for it.
 */
export async function writeSubtitles(
  clipPath: string,
  { segments, format }: { segments: readonly Segment[]; format: SubtitleFormat },
): Promise<void> {
  const path = join(dirname(clipPath), `${parse(clipPath).name}.clipstep.${format}`);
  await replaceFile(path, format === 'vtt' ? asVtt(segments) : asSrt(segments), {
    isSynced: false,
    failure: (_, cause) => (isNameTooLong(cause) ? nameTooLong(clipPath, cause) : cannotWrite(path, cause)),
  });
}

/** https://www.w3.org/TR/webvtt1/ */
export function asVtt(segments: readonly Segment[]): string {
  const cues = segments.map(
    (segment) =>
      `${time(segment.startSeconds, '.')} --> ${time(segment.endSeconds, '.')}\n${escapeVtt(caption(segment))}\n`,
  );
  return ['WEBVTT\n', ...cues].join('\n');
}

export function asSrt(segments: readonly Segment[]): string {
  const cues = segments.map(
    (segment, index) =>
      `${index + 1}\n${time(segment.startSeconds, ',')} --> ${time(segment.endSeconds, ',')}\n${caption(segment)}\n`,
  );
  return cues.join('\n');
}

/** On one line: an empty one would end the cue. */
function caption({ label, probability }: Segment): string {
  return `${printable(label.replace(/\s+/g, ' '))} ${(100 * probability).toFixed(0)} %`;
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** 3725.5 as 01:02:05.500. */
function time(seconds: number, decimalMark: string): string {
  const milliseconds = Math.round(seconds * 1000);
  const parts = [
    Math.floor(milliseconds / 3_600_000),
    Math.floor(milliseconds / 60_000) % 60,
    Math.floor(milliseconds / 1000) % 60,
  ];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return `${clock}${decimalMark}${String(milliseconds % 1000).padStart(3, '0')}`;
}

const isNameTooLong = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENAMETOOLONG';

function nameTooLong(path: string, cause: unknown): UserError {
  return new UserError('too_large', {
    problem: `${path} has a name that is too long to put subtitles beside it.`,
    fix: 'Rename it, or leave out --subtitles.',
    cause,
  });
}
