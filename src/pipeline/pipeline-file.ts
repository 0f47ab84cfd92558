import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { messageOf, UserError } from '../errors.js';
import { findShipped } from '../platform/shipped.js';
import { checkPipeline, type Pipeline } from './schema.js';

/**
 * Reads and checks a pipeline.
 * @param pipeline path of its file, or the name of one that ships.
 * @throws UserError `not_found` or `bad_config`, naming every wrong setting.
 */
export async function readPipeline(pipeline: string): Promise<Pipeline> {
  const path = await findShipped('pipeline', pipeline);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('not_found', {
      problem: `The pipeline ${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give the path of a YAML file, or the name of a pipeline that ships: `clipstep pipelines` lists them.',
      cause,
    });
  });
  return parsePipeline(text, path);
}

/** As readPipeline, from YAML text; `origin` names it in errors. */
export function parsePipeline(text: string, origin: string): Pipeline {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (cause) {
    throw new UserError('bad_config', {
      problem: `The pipeline ${origin} is not YAML: ${messageOf(cause)}`,
      fix: 'Fix the line that the message names; pipelines/motion.yaml is a working example.',
      cause,
    });
  }
  return checkPipeline(document, origin);
}
