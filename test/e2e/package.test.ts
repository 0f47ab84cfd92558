import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../support/cli.js';

const readText = (path: string) => readFile(join(projectFolder, path), 'utf8');

describe('dist/onnxruntime-node', () => {
  const binaries = 'onnxruntime-node/bin/napi-v6';

  it('has what computes on each platform that onnxruntime-node has', async () => {
    const platforms = await platformsIn(join('node_modules', binaries));
    expect(platforms.length).toBeGreaterThan(3);
    expect(await platformsIn(join('dist', binaries))).toEqual(platforms);
    for (const platform of platforms) {
      expect(await readdir(join(projectFolder, 'dist', binaries, platform))).toEqual([
        expect.stringMatching(/^(libonnxruntime\.(so|1)|onnxruntime\.dll)/),
        'onnxruntime_binding.node',
      ]);
    }
  });

  it('is no package, and so has no script for npm to run', async () => {
    expect(await readdir(join(projectFolder, 'dist/onnxruntime-node'))).not.toContain('package.json');
  });
});

describe('dist/third-party-licences.txt', () => {
  it('has the licence of each package that is built in', async () => {
    const licences = await readText('dist/third-party-licences.txt');
    // Microsoft's notices of what onnxruntime is made of, which its package on npm lacks.
    expect(licences).toContain('THIRD PARTY SOFTWARE NOTICES AND INFORMATION');
    const names = [
      '@bufbuild/protobuf',
      'commander',
      'echarts',
      'fluent-ffmpeg',
      'onnxruntime-common',
      'onnxruntime-node',
    ];
    for (const name of [...names, 'pure-rand', 'zod', 'zrender']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
  });
});

describe("a clone's npm", () => {
  it('runs no install script that nobody has decided on, and never that of onnxruntime-node', async () => {
    const { packages } = JSON.parse(await readText('package-lock.json'));
    const { allowScripts } = JSON.parse(await readText('package.json'));
    const withScript = Object.entries(packages as Record<string, { hasInstallScript?: true }>)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/.*node_modules\//, ''));
    expect(withScript).toContain('esbuild');
    expect(withScript.filter((name) => !(name in allowScripts))).toEqual([]);
    // npm 10 does not know allowScripts. An upgrade brings this line back into package-lock.json: take it out again.
    expect(withScript).not.toContain('onnxruntime-node');
  });
});

async function platformsIn(folder: string): Promise<string[]> {
  const systems = await readdir(join(projectFolder, folder));
  const lists = systems.map(async (system) =>
    (await readdir(join(projectFolder, folder, system))).map((processor) => `${system}/${processor}`),
  );
  return (await Promise.all(lists)).flat().sort();
}
