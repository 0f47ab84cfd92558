import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';

const VARIABLES = ['CLIPSTEP_FFMPEG', 'CLIPSTEP_FFPROBE', 'PATH'] as const;

/** Where the media tests look for ffmpeg: the npm packages' old one and, where there is one, PATH's newer one. */
export const ffmpegSources: ReadonlyArray<{ readonly name: string; readonly path: string }> = [
  { name: 'packaged', path: '' },
  ...(isOnPath('ffmpeg') && isOnPath('ffprobe') ? [{ name: "PATH's", path: process.env.PATH ?? '' }] : []),
];

/** Runs a group of tests once with each ffmpeg. */
export function describeWithEachFfmpeg(name: string, group: () => void): void {
  describe.each(ffmpegSources)(`${name}, with the $name ffmpeg`, ({ path }) => {
    const before = VARIABLES.map((variable) => process.env[variable]);
    beforeAll(() => set([undefined, undefined, path]));
    afterAll(() => set(before));
    group();
  });
}

function set(values: ReadonlyArray<string | undefined>): void {
  VARIABLES.forEach((variable, index) => {
    const value = values[index];
    if (value === undefined) delete process.env[variable];
    else process.env[variable] = value;
  });
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
