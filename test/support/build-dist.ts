import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { projectFolder } from './cli.js';

/** Before the first test, and before each run of a watch: what is in dist/ is what the sources say. */
export async function setup(project: TestProject): Promise<void> {
  await buildDist();
  project.onTestsRerun(buildDist);
}

/**
 * Builds dist/ out of the sources as they are now, which leaves files alone that are so already. Rejects where they
 * cannot be built.
 */
export async function buildDist(): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/bundle.mjs'], {
    cwd: projectFolder,
  });
  process.stdout.write(stdout);
}
