import { parse as parseYaml } from 'yaml';
import { messageOf, UserError } from '../errors.js';
import { readTextFile } from '../platform/regular-file.js';
import { findShipped } from '../platform/shipped.js';
import { checkPipeline, type Pipeline } from './schema.js';

/**
 * Reads and checks a pipeline.
 * @param pipeline path of its file, or the name of one that ships.
 * @throws UserError `not_found` or `bad_config`, naming every wrong setting.
 */
export async function readPipeline(pipeline: string): Promise<Pipeline> {
  const path = await findShipped('pipeline', pipeline);
  const text = await readTextFile(path, { maxBytes: MAX_PIPELINE_BYTES }).catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The pipeline ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give the path of a YAML file, or the name of a pipeline that ships: `clipstep pipelines` lists them.',
      cause,
    });
  });
  return parsePipeline(text, path);
}

/** Those that ship have some kilobytes. */
const MAX_PIPELINE_BYTES = 4e6;

/** As readPipeline, from YAML text; `origin` names it in errors. */
export function parsePipeline(text: string, origin: string): Pipeline {
  let document: unknown;
  try {
    // A tag that it does not know would be a warning of Node.js's; the schema says more of what it leaves.
    document = parseYaml(text, { logLevel: 'error' });
  } catch (cause) {
    throw new UserError('bad_config', {
      problem: `The pipeline ${origin} is not YAML: ${messageOf(cause)}`,
      fix: 'Fix the line that the message names; pipelines/motion.yaml is a working example.',
      cause,
    });
  }
  return checkPipeline(document, origin);
}
