import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findBinary } from '../../src/media/ffmpeg/binaries.js';
import { collectRarely } from '../../src/platform/collect-rarely.js';
import { openClassifier } from '../../src/predict/classify.js';
import { projectFolder } from '../support/cli.js';
import { runFfmpeg } from '../support/numbered-clip.js';
import { type BenchModels, saveBenchModels } from './clip-models.js';
import { fightClips } from './fight-clips.js';
import { tell, tellHeading } from './figures.js';
import { type Contender, compare } from './measure.js';
import { packagedFfmpeg } from './packaged-ffmpeg.js';
import { findPeers, startPeer } from './peer.js';

/** The dataset's clips through a batch that is warm: clips a second. */
export async function benchBatch(): Promise<void> {
  const found = await fightClips();
  if (!found) return;
  const { source, clips } = found;
  const rounds = 2;
  // As the command does.
  collectRarely();
  await withModels(async (models, root) => {
    const contenders = await contendersOf(models, {
      own: (model) => batchOf(model, { source, root }),
      peerModes: ['threads', 'workers'],
      source,
    });
    const unit = (milliseconds: number) => `${((1000 * clips) / milliseconds).toFixed(1)} clips/s`;
    await report(contenders, { rounds, unit, clips });
  });
}

/**
 * One minute of 1080p H.264, warm, of which 16 frames are read: with a keyframe every 2 s, as cameras and platforms
 * write them, and every 10 s, by x264's defaults, where there are fewer than frames to read.
 */
export async function benchLongClip(): Promise<void> {
  await withModels(async (models, root) => {
    for (const keyframeEvery of [50, 250]) {
      const source = join(root, `long-${keyframeEvery}.mp4`);
      await writeClip(source, { size: '1920x1080', seconds: 60, keyframeEvery });
      tellHeading(`a keyframe every ${keyframeEvery / FRAMES_PER_SECOND} s`);
      const contenders = await contendersOf(models, {
        own: (model) => classifierOf(model, source),
        peerModes: ['threads'],
        source,
      });
      await report(contenders, { rounds: 5, unit: (milliseconds) => `${milliseconds.toFixed(0)} ms` });
    }
  });
}

/** A 2 s 480p clip, from the start of the process to its end with the answer printed. */
export async function benchColdStart(): Promise<void> {
  await withModels(async (models, root) => {
    const source = join(root, 'clip.mp4');
    await writeClip(source, { size: '854x480', seconds: 2, keyframeEvery: 250 });
    const command = (executable: string, ...args: string[]) => ({
      run: () => promisify(execFile)(executable, args, { env: withoutCertificates() }),
      release: async () => {},
    });
    const cli = join(projectFolder, 'dist', 'cli.js');
    const peers = findPeers();
    const contenders = [
      ...(await ownContenders(models)).map((own) => ({
        name: own.name,
        ...withFfmpeg(
          own,
          command(process.execPath, cli, 'classify', source, '--model', own.model, '--json'),
        ),
      })),
      ...(peers
        ? [{ name: 'PyTorch', ...command(peers.python, peers.script('torch_clips.py'), 'once', source) }]
        : []),
    ];
    await report(contenders, { rounds: 9, unit: (milliseconds) => `${milliseconds.toFixed(0)} ms` });
  });
}

/**
 * Where it names certificates, Node.js 20 reads them whenever it starts, which takes 80 ms and is nothing that a
 * prediction asks for.
 */
function withoutCertificates(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
  return environment;
}

interface Runner {
  readonly run: () => Promise<unknown>;
  readonly release: () => Promise<void>;
}

type Running = Contender & Runner;

async function withModels(work: (models: BenchModels, root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-bench-'));
  try {
    await work(await saveBenchModels(root), root);
  } finally {
    await rm(root, { recursive: true });
  }
}

interface Own {
  readonly name: string;
  readonly model: string;
  /** Of CLIPSTEP_FFMPEG while it runs; undefined: the one that is found. */
  readonly ffmpeg: string | undefined;
}

/** With the ffmpeg of PATH, which may take a tenth of a second to start, and the packaged one, which does not. */
async function ownContenders({ float32, int8 }: BenchModels): Promise<Own[]> {
  const found = await findBinary('ffmpeg');
  const packaged = await packagedFfmpeg();
  console.log(`ffmpeg: ${found.version} (${found.source})`);
  const ffmpegs = [
    { words: '', ffmpeg: undefined },
    ...(found.path === packaged ? [] : [{ words: ', packaged ffmpeg', ffmpeg: packaged }]),
  ];
  return ffmpegs.flatMap(({ words, ffmpeg }) => [
    { name: `Clipstep${words}`, model: float32, ffmpeg },
    { name: `Clipstep, int8${words}`, model: int8, ffmpeg },
  ]);
}

/** The same runner, with the ffmpeg in the environment, where child processes and findBinary look. */
const withFfmpeg = ({ ffmpeg }: Own, { run, release }: Runner): Runner => ({
  run: async () => {
    const before = process.env.CLIPSTEP_FFMPEG;
    if (ffmpeg) process.env.CLIPSTEP_FFMPEG = ffmpeg;
    try {
      return await run();
    } finally {
      if (before === undefined) delete process.env.CLIPSTEP_FFMPEG;
      else process.env.CLIPSTEP_FFMPEG = before;
    }
  },
  release,
});

async function contendersOf(
  models: BenchModels,
  options: {
    own: (model: string) => Promise<Runner>;
    peerModes: readonly string[];
    source: string;
  },
): Promise<Running[]> {
  const running: Running[] = [];
  for (const own of await ownContenders(models)) {
    running.push({ name: own.name, ...withFfmpeg(own, await options.own(own.model)) });
  }
  const peers = findPeers();
  if (!peers) return running;
  for (const mode of options.peerModes) {
    const peer = await startPeer(peers, 'torch_clips.py', [mode, options.source]);
    if (peer) running.push({ name: peer.name, run: () => peer.steps(1), release: peer.release });
    else console.log('PyTorch with PyAV does not start: left out');
  }
  return running;
}

async function report(
  contenders: readonly Running[],
  {
    rounds,
    unit,
    clips,
  }: { rounds: number; unit: (milliseconds: number) => string; clips?: number | undefined },
): Promise<void> {
  const timings = await compare(contenders, rounds);
  for (const { name, milliseconds, ratio } of timings) {
    const perSecond = clips === undefined ? {} : { clipsPerSecond: (1000 * clips) / milliseconds };
    const line = `${name.padEnd(46)} ${unit(milliseconds)}  x ${ratio.toFixed(2)}`;
    tell(line, name, { milliseconds, ratio, ...perSecond });
  }
  for (const { release } of contenders) await release();
}

/** The built batch, since its engine runs in a thread that is started from a file of JavaScript. */
async function batchOf(model: string, { source, root }: { source: string; root: string }): Promise<Runner> {
  const { batch, loadBundle }: typeof import('../../src/index.js') = await import(
    pathToFileURL(join(projectFolder, 'dist/index.js')).href
  );
  const bundle = await loadBundle(model);
  return {
    run: async () => {
      const folder = await mkdtemp(join(root, 'batch-'));
      const { failed } = await batch({ bundle, source, out: join(folder, 'results.jsonl') });
      if (failed > 0) throw new Error(`${failed} clips failed`);
    },
    release: async () => {},
  };
}

async function classifierOf(model: string, source: string): Promise<Runner> {
  const classifier = await openClassifier(model);
  return {
    run: async () => {
      const outcome = await classifier.classify(source);
      if (outcome.kind === 'failed') throw new Error(outcome.error.message);
    },
    release: () => classifier.release(),
  };
}

const FRAMES_PER_SECOND = 25;

/** A moving test picture with noise, as H.264 of 8 Mbit/s. */
async function writeClip(
  path: string,
  { size, seconds, keyframeEvery }: { size: string; seconds: number; keyframeEvery: number },
): Promise<void> {
  const picture = `testsrc2=s=${size}:r=${FRAMES_PER_SECOND},noise=alls=10:allf=t`;
  const rate = ['-b:v', '8M', '-maxrate', '8M', '-bufsize', '16M', '-g', String(keyframeEvery)];
  const encoder = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'veryfast', ...rate];
  await runFfmpeg(['-f', 'lavfi', '-i', picture, '-t', String(seconds), ...encoder, path]);
}
