import { link, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from '../support/cli.js';
import { writeNumberedClip } from '../support/numbered-clip.js';

/** Clips after which memory has settled: engines and ffmpeg are loaded, heaps have their size. */
const SETTLED = 1000;

export async function soakMemory(count: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-soak-'));
  try {
    const clips = join(root, 'clips');
    await writeClips(root, { clips, count });
    await runBatch(clips, join(root, 'results.jsonl'));
  } finally {
    await rm(root, { recursive: true });
  }
}

async function writeClips(root: string, { clips, count }: { clips: string; count: number }): Promise<void> {
  await mkdir(clips);
  const original = join(root, 'original.mp4');
  await writeNumberedClip(original, { frames: 12, framesPerSecond: 10, encoder: [] });
  for (let index = 0; index < count; index++) await link(original, join(clips, `${index}.mp4`));
}

async function runBatch(source: string, out: string): Promise<void> {
  // The built one, since its engine runs in a thread that is started from a file of JavaScript.
  const { batch, loadBundle }: typeof import('../../src/index.js') = await import(
    pathToFileURL(join(projectFolder, 'dist/index.js')).href
  );
  const bundle = await loadBundle(join(projectFolder, 'models/motion'));
  const started = performance.now();
  await batch({
    bundle,
    source,
    out,
    jobs: 2,
    onEvent: (event) => {
      if (event.kind !== 'clip') return;
      const { done, total, failures } = event;
      if (done % SETTLED !== 0 && done !== total) return;
      const megabytes = process.memoryUsage.rss() / 1e6;
      const perSecond = (done * 1000) / (performance.now() - started);
      console.log(
        `${done} clips: ${megabytes.toFixed(0)} MB resident, ${perSecond.toFixed(1)} clips a second, ${failures} failed`,
      );
    },
  });
}
