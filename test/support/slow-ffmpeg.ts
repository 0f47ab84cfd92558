import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpegPackage from '@ffmpeg-installer/ffmpeg';

/** An ffmpeg that takes its time before it begins. */
export interface SlowFfmpeg {
  readonly path: string;
  delay(seconds: number): Promise<void>;
}

export async function makeSlowFfmpeg(folder: string): Promise<SlowFfmpeg> {
  const path = join(folder, 'slow-ffmpeg');
  const seconds = `${path}.seconds`;
  const lines = [
    '#!/bin/sh',
    `[ "$1" = -version ] || sleep "$(cat '${seconds}')"`,
    `exec '${ffmpegPackage.path}' "$@"`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  await writeFile(seconds, '0');
  return { path, delay: (count) => writeFile(seconds, String(count)) };
}
