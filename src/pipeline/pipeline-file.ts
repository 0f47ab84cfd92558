import { isMap, isScalar, isSeq, LineCounter, parseDocument, YAMLParseError } from 'yaml';
import { messageOf, UserError } from '../errors.js';
import { readTextFile } from '../platform/regular-file.js';
import { findShipped } from '../platform/shipped.js';
import type { PlaceOf } from './explain-issues.js';
import { refuseOther } from './refuse-other.js';
import { checkWritten, type Pipeline } from './schema.js';

/** A pipeline as somebody wrote it. */
export interface WrittenPipeline {
  readonly pipeline: Pipeline;
  /** Where in the file a setting stands. */
  readonly placeOf: PlaceOf;
}

/**
 * Reads and checks a pipeline.
 * @param pipeline path of its file, or the name of one that ships.
 * @throws UserError `not_found` or `bad_config`, naming every wrong setting; `usage` for a folder, a model, a table or a
 *   clip in its place.
 */
export async function readPipeline(pipeline: string): Promise<Pipeline> {
  return (await readWrittenPipeline(pipeline)).pipeline;
}

/** As readPipeline, with where its settings stand. */
export async function readWrittenPipeline(pipeline: string): Promise<WrittenPipeline> {
  const path = await findShipped('pipeline', pipeline);
  await refuseOther(path);
  const text = await readTextFile(path, { maxBytes: MAX_PIPELINE_BYTES }).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The pipeline ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give the path of a YAML file, or the name of a pipeline that ships: `clipstep pipelines` lists them.',
      cause,
    });
  });
  return parseWritten(text, path);
}

/** Those that ship have some kilobytes. */
const MAX_PIPELINE_BYTES = 4e6;

/** As readPipeline, from YAML text; `origin` names it in errors. */
export function parsePipeline(text: string, origin: string): Pipeline {
  return parseWritten(text, origin).pipeline;
}

function parseWritten(text: string, origin: string): WrittenPipeline {
  const { value, placeOf } = parseYaml(text, origin);
  return { pipeline: checkWritten(value, { origin, placeOf }), placeOf };
}

function parseYaml(text: string, origin: string): { value: unknown; placeOf: PlaceOf } {
  const lineCounter = new LineCounter();
  // A tag that it does not know would be a warning of Node.js's; the schema says more of what it leaves.
  try {
    const document = parseDocument(text, { logLevel: 'error', lineCounter });
    for (const error of document.errors) throw error;
    return { value: document.toJS(), placeOf: placesIn(document.contents, lineCounter) };
  } catch (cause) {
    const twice = keyTwice(cause);
    if (twice !== null) {
      throw new UserError('bad_config', {
        problem: `The pipeline ${origin} has a setting twice in one section, the second time in ${twice}.`,
        fix: 'Remove one of the two.',
        cause,
      });
    }
    if (cause instanceof YAMLParseError && cause.code === 'MULTIPLE_DOCS') {
      throw new UserError('bad_config', {
        problem: `The pipeline ${origin} has several YAML documents; a pipeline is one.`,
        fix: 'Remove the lines of --- between its sections, or make a file of each document.',
        cause,
      });
    }
    if (isTooDeep(cause)) {
      throw new UserError('bad_config', {
        problem: `The pipeline ${origin} is nested too deeply to be read.`,
        fix: 'Remove the innermost levels; `clipstep init` writes a pipeline that works.',
        cause,
      });
    }
    throw new UserError('bad_config', {
      problem: `The pipeline ${origin} is not YAML: ${messageOf(cause)}`,
      fix: 'Fix the line that the message names; `clipstep init` writes a pipeline that works.',
      cause,
    });
  }
}

/** The parser calls itself for each level, until no stack is left. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof YAMLParseError && /call stack/.test(error.message));

/** Where YAML has a key for the second time, such as `line 3, column 5`; null for any other error. */
export function keyTwice(error: unknown): string | null {
  if (!(error instanceof YAMLParseError) || error.code !== 'DUPLICATE_KEY') return null;
  const [{ line, col }] = error.linePos!; // as errors that are pretty have it
  return `line ${line}, column ${col}`;
}

/** A setting that nobody wrote is missed in the section that it belongs to. */
function placesIn(contents: unknown, lineCounter: LineCounter): PlaceOf {
  return (path) => {
    let node = contents;
    let offset: number | undefined;
    for (const key of path) {
      const entry = entryOf(node, key);
      if (!entry) break;
      ({ node, offset } = entry);
    }
    if (offset === undefined) return undefined;
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}`;
  };
}

/** What stands in a section or a list, and where it begins; null where it is not there. */
function entryOf(node: unknown, key: string | number): { node: unknown; offset: number | undefined } | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isMap(item) || isScalar(item) || isSeq(item) ? { node: item, offset: item.range?.[0] } : null;
  }
  if (!isMap(node)) return null;
  for (const { key: name, value } of node.items) {
    if (isScalar(name) && String(name.value) === String(key)) return { node: value, offset: name.range?.[0] };
  }
  return null;
}
