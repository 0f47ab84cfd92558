import { finished, type Readable } from 'node:stream';

/** The lines of a text stream, of which only the first and the last are kept. */
export interface KeptLines {
  lines(): string[];
  /** Resolves when the stream has ended or was destroyed. */
  readonly ended: Promise<void>;
}

/** ffmpeg's first lines give the cause and its last ones the end; between them a broken clip repeats itself. */
const LINES_KEPT_OF_EACH_END = 20;
const LINE_LENGTH_KEPT = 500;

/**
 * Reads a stream to its end in bounded memory.
 *
 * @param take is shown every line; one for which it returns true is not kept.
 */
export function collectLines(stream: Readable, take: (line: string) => boolean = () => false): KeptLines {
  const first: string[] = [];
  const last: string[] = [];
  let unfinished = '';
  const keep = (line: string) => {
    if (line.trim() === '' || take(line)) return;
    const kept = first.length < LINES_KEPT_OF_EACH_END ? first : last;
    kept.push(line.slice(0, LINE_LENGTH_KEPT));
    if (last.length > LINES_KEPT_OF_EACH_END) last.shift();
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (unfinished + text).split(/\r\n|\n|\r/);
    unfinished = (lines.pop() ?? '').slice(0, LINE_LENGTH_KEPT);
    lines.forEach(keep);
  });
  const ended = new Promise<void>((resolve) => {
    finished(stream, () => {
      keep(unfinished);
      resolve();
    });
  });
  return { lines: () => [...first, ...last], ended };
}
