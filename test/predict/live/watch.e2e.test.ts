import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../../src/bundle/bundle.js';
import { openClassifier, type WatchEvent, type WatchOptions, watch } from '../../../src/index.js';
import { parsePipeline } from '../../../src/pipeline/pipeline-file.js';
import { runFfmpeg, writeNumberedClip } from '../../support/numbered-clip.js';
import { type RtspServer, startRtspServer } from '../../support/rtsp-server.js';
import { saveTinyBundle, tinyPipeline } from '../../support/tiny-bundle.js';

const windowing = { windowSeconds: 1, strideSeconds: 0.5 };

let root: string;
let clip: string;
let stream: string;
/** Half a minute. */
let long: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-watch-'));
  clip = join(root, 'clip.mp4');
  stream = join(root, 'clip.ts');
  await writeNumberedClip(clip, {
    frames: 40,
    framesPerSecond: 10,
    encoder: ['-c:v', 'libx264', '-g', '10'],
  });
  await runFfmpeg(['-i', clip, '-c', 'copy', stream]);
  long = join(root, 'long.ts');
  await writeNumberedClip(long, { frames: 300, framesPerSecond: 10, encoder: ['-c:v', 'libx264'] });
  await saveTinyBundle(join(root, 'tiny'));
  const moving = parsePipeline(
    JSON.stringify({
      ...tinyPipeline,
      input: {
        ...tinyPipeline.input,
        streams: [{ kind: 'frames' }, { kind: 'difference', gain: 3 }],
        gap: { kind: 'seconds', seconds: 0.2 },
        fusion: 'average',
      },
    }),
    'moving.yaml',
  );
  await saveTinyBundle(join(root, 'moving'), { pipeline: moving });
});
afterAll(() => rm(root, { recursive: true }));

/** What is said of a source, and what came of it. */
async function watched(options: Omit<WatchOptions, 'bundle' | 'onEvent'>, model = 'tiny') {
  const events: WatchEvent[] = [];
  const result = await watch({
    bundle: await loadBundle(join(root, model)),
    windowing,
    ...options,
    onEvent: (event) => events.push(event),
  });
  return { events, result };
}

const windowsIn = (events: readonly WatchEvent[]) =>
  events.flatMap((event) => (event.kind === 'window' ? [event] : []));

/** The windows of a file that are as long as they should be, as a batch has them. */
async function windowsOfFile(model: string) {
  await using classifier = await openClassifier(join(root, model), { sampling: 'exact' });
  const outcome = await classifier.classifyWindows(clip, { windowing });
  if (outcome.kind === 'failed') throw new Error(outcome.error.message);
  return outcome.windows;
}

describe('watch', () => {
  it.each(['tiny', 'moving'])('answers as a batch does for the windows of the file: %s', async (model) => {
    const { events, result } = await watched({ source: createReadStream(stream) }, model);
    expect(windowsIn(events).map(({ probability }) => probability)).toEqual(
      (await windowsOfFile(model)).map(({ probability }) => expect.closeTo(probability, 5)),
    );
    // However fast they come.
    expect(result).toMatchObject({ windows: 7, connections: 1, droppedFrames: 0, droppedWindows: 0 });
  });

  it('reads a file as if it were live', async () => {
    const { events, result } = await watched({ source: clip, realtime: true });
    expect(windowsIn(events)[0]).toMatchObject({ startSeconds: 0, endSeconds: 1, latestSeconds: 0.8 });
    expect(result.connections).toBe(1);
  });

  it('says what begins and ends, and ends it with the source', async () => {
    const { events, result } = await watched({
      source: createReadStream(stream),
      windowing: { ...windowing, enter: 0, leave: 0 },
    });
    const said = events.filter(({ kind }) => kind === 'start' || kind === 'end');
    expect(said.map(({ kind }) => kind)).toEqual(
      Array.from({ length: result.starts }, () => ['start', 'end']).flat(),
    );
    expect(said.at(-1)).toMatchObject({ kind: 'end', reason: 'ended', endSeconds: expect.closeTo(4, 0) });
  });

  it('fails where the source never gives a frame', async () => {
    await expect(watched({ source: 'rtsp://127.0.0.1:9/live' })).rejects.toMatchObject({
      code: 'unreadable',
    });
  });

  describe('of a camera', () => {
    let server: RtspServer;
    afterAll(() => server.close());

    it('opens it again when it breaks off, until it is stopped, on one line of time', async () => {
      server = await startRtspServer({ source: () => ['-re', '-i', long] });
      const stop = new AbortController();
      const kinds: string[] = [];
      const windows: Array<{ startSeconds: number; isSecond: boolean }> = [];
      let latest = 0;
      const result = await watch({
        bundle: await loadBundle(join(root, 'tiny')),
        source: server.address,
        windowing: { ...windowing, enter: 0, leave: 0 },
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind !== 'window') return void kinds.push(event.kind);
          windows.push({ startSeconds: event.startSeconds, isSecond: server.plays === 2 });
          latest += 1;
          if (latest === 3) server.hangUp();
          if (windows.filter(({ isSecond }) => isSecond).length === 2) stop.abort();
        },
      });
      expect(result).toMatchObject({ connections: 2 });
      expect(kinds.filter((kind) => kind === 'connected' || kind === 'lost')).toEqual([
        'connected',
        'lost',
        'connected',
      ]);
      // What was shown ends with the connection, and with the watch.
      expect(kinds.filter((kind) => kind === 'start').length).toBe(
        kinds.filter((kind) => kind === 'end').length,
      );
      const starts = windows.map(({ startSeconds }) => startSeconds);
      expect(starts).toEqual(starts.toSorted((one, other) => one - other));
      await server.close();
    });
  });
});
