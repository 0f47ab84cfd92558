// Answers HTTP requests with one loaded model: npx tsx examples/http.ts motion 8080, then
// curl --data-binary @clip.mp4 http://127.0.0.1:8080
// It shows the parts. `clipstep serve`, and createServer of clipstep/serve, do this with limits, tokens and metrics.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openClassifier } from 'clipstep';

const [model = 'motion', port = '8080'] = process.argv.slice(2);

// Loaded once. Two clips are computed at a time, each on a core; further ones wait for their turn.
const classifier = await openClassifier(model, { threads: 2, top: 3 });
await classifier.loaded;

const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => {
    if (!response.headersSent) response.writeHead(500);
    response.end(`${error.message}\n`);
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Who goes away is not waited for: ffmpeg ends at once.
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const folder = await mkdtemp(join(tmpdir(), 'clip-'));
  try {
    const path = join(folder, 'clip');
    await pipeline(request, createWriteStream(path), { signal: gone.signal });
    const outcome = await classifier.classify(path, { signal: gone.signal });
    response.writeHead(outcome.kind === 'failed' ? 422 : 200, { 'content-type': 'application/json' });
    const { input, ...result } = outcome;
    response.end(`${JSON.stringify(result)}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});

process.once('SIGTERM', () => {
  // Requests under way are answered first.
  server.close(() => void classifier.release());
});
