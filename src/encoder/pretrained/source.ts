import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../../errors.js';

/** A TensorFlow.js graph model as it lies in a folder or at an address. */
export interface GraphModelFiles {
  /** The folder or the address of model.json. */
  readonly origin: string;
  /** The content of model.json; its `modelTopology` is checked where it is converted. */
  readonly model: z.infer<typeof modelSchema>;
  /** The files of weights, in the order in which model.json names them. */
  readonly weightFiles: readonly Uint8Array[];
  /** sha256 (hex) of all of these. */
  readonly digest: string;
}

/** Three addresses, each with time for the largest model (v1 1.0, 17 MB) over 1.4 Mbit/s: 3 x 100 s. */
const DOWNLOAD_TIMEOUT_SECONDS = 300;

/**
 * Reads a graph model from a folder.
 * @throws UserError `not_found` or `bad_weights`.
 */
export function readGraphModelFolder(folder: string): Promise<GraphModelFiles> {
  return readGraphModel(folder, async (name) => {
    try {
      return await readFile(join(folder, name));
    } catch (cause) {
      throw new UserError('not_found', {
        problem: `The graph model ${folder} has no readable ${name}: ${messageOf(cause)}`,
        fix: 'Give a folder with model.json and the files of weights that it names.',
        cause,
      });
    }
  });
}

/**
 * Fetches a graph model from the first of several addresses that gives it.
 *
 * @param addresses Of model.json.
 * @param options.timeoutSeconds For all together; each has an equal share, so that a silent one leaves time
 * for the others.
 * @throws UserError `download_failed`, with the failure of each address.
 */
export async function downloadGraphModel(
  addresses: readonly string[],
  options: { timeoutSeconds?: number | undefined } = {},
): Promise<GraphModelFiles> {
  const { timeoutSeconds = DOWNLOAD_TIMEOUT_SECONDS } = options;
  const failures: Array<{ address: string; error: unknown }> = [];
  for (const address of addresses) {
    const signal = AbortSignal.timeout((timeoutSeconds / addresses.length) * 1000);
    try {
      return await readGraphModel(address, (name) => fetchFile(address, { name, signal }));
    } catch (error) {
      failures.push({ address, error });
    }
  }
  const lines = failures.map(({ address, error }) => `  ${address}: ${reasonOf(error)}`);
  throw new UserError('download_failed', {
    problem: `The pretrained weights could not be fetched from any address:\n${lines.join('\n')}`,
    fix: 'Try again with a network, or give the folder of a downloaded graph model with --weights.',
    cause: failures.at(-1)?.error,
  });
}

const modelSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.looseObject({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.string() }),
      ),
    }),
  ),
});

async function readGraphModel(
  origin: string,
  read: (name: string) => Promise<Uint8Array>,
): Promise<GraphModelFiles> {
  const json = await read('model.json');
  const model = parseModel(json, origin);
  const paths = model.weightsManifest.flatMap((group) => group.paths);
  const weightFiles = await Promise.all(paths.map(read));
  const digest = createHash('sha256').update(json);
  for (const bytes of weightFiles) digest.update(bytes);
  return { origin, model, weightFiles, digest: digest.digest('hex') };
}

function parseModel(json: Uint8Array, origin: string): GraphModelFiles['model'] {
  const refuse = (found: string, cause: unknown): never => {
    throw new UserError('bad_weights', {
      problem: `The model.json of ${origin} is not that of a TensorFlow.js graph model: ${found}`,
      fix: 'Give a graph model as tensorflowjs_converter writes it, or the one of the hub.',
      cause,
    });
  };
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(json));
  } catch (cause) {
    return refuse(messageOf(cause), cause);
  }
  const parsed = modelSchema.safeParse(document);
  return parsed.success ? parsed.data : refuse(`\n${listIssues(parsed.error)}`, parsed.error);
}

/** A file beside model.json; what the address asks for behind a question mark, it asks for each file. */
async function fetchFile(
  address: string,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<Uint8Array> {
  const url = new URL(name, address);
  url.search = new URL(address).search;
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** fetch() hides what went wrong, such as a name that does not resolve, in the cause of its error. */
function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.problem;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`;
}
