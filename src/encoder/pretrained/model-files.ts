import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { listIssues, messageOf, UserError } from '../../errors.js';
import { openRegularFile } from '../../platform/regular-file.js';
import { elementCount } from '../../tensors/tensor.js';

/** A TensorFlow.js model as it lies in a folder or at an address. */
export interface ModelFiles {
  /** The folder or the address of model.json. */
  readonly origin: string;
  /** `graph`: operations that read one another, as the hub has them. `layers`: Keras's layers, weights by name. */
  readonly format: 'graph' | 'layers';
  /** The content of model.json; its `modelTopology` is checked where it is converted. */
  readonly model: z.infer<typeof modelSchema>;
  /** The files of weights, in the order in which model.json names them. */
  readonly weightFiles: readonly Uint8Array[];
  /** sha256 (hex) of all of these. */
  readonly digest: string;
}

/**
 * Reads a model from a folder.
 * @throws UserError `not_found` or `bad_weights`.
 */
export function readModelFolder(folder: string): Promise<ModelFiles> {
  const read = async (name: string) => {
    try {
      const file = await openRegularFile(join(folder, name));
      try {
        const { size } = await file.stat();
        if (size > LARGEST_BYTES) throw new Error(`it has ${size} bytes, over ${LARGEST_BYTES}`);
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new UserError('not_found', {
        problem: `The TensorFlow.js model ${folder} has no readable ${name}: ${messageOf(cause)}`,
        fix: 'Give a folder with model.json and the files of weights that it names.',
        cause,
      });
    }
  };
  return readModelFiles(folder, (names) => Promise.all(names.map(read)));
}

/** MobileNets' weights come in files of 4 MB, at most 20 MB in one. */
const LARGEST_BYTES = 2 ** 28;

/**
 * Reads model.json and the files that it names.
 *
 * @param read Gives files that lie beside one another, by their names.
 * @throws UserError `bad_weights` when that is no model, or not a whole one.
 */
export async function readModelFiles(
  origin: string,
  read: (names: readonly string[]) => Promise<Uint8Array[]>,
): Promise<ModelFiles> {
  const [json = new Uint8Array()] = await read(['model.json']);
  const model = parseModel(json, origin);
  const weightFiles = await read(model.weightsManifest.flatMap((group) => group.paths));
  checkLengths(model, weightFiles, origin);
  const digest = createHash('sha256').update(json);
  for (const bytes of weightFiles) digest.update(bytes);
  return { origin, format: formatOf(model), model, weightFiles, digest: digest.digest('hex') };
}

const modelSchema = z.looseObject({
  /** Null in a layers model of which only the weights were kept. */
  modelTopology: z.looseObject({}).nullable(),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string().regex(/^[\w.-]+$/, 'must be the name of a file beside model.json')),
      weights: z.array(
        z.looseObject({
          name: z.string(),
          shape: z.array(z.int().min(0)),
          dtype: z.string(),
          quantization: z.looseObject({ dtype: z.string() }).optional(),
        }),
      ),
    }),
  ),
});

function parseModel(json: Uint8Array, origin: string): ModelFiles['model'] {
  const refuse = (found: string, cause: unknown): never => {
    throw notAModel(`The model.json of ${origin} is not that of a TensorFlow.js model: ${found}`, cause);
  };
  const text = new TextDecoder().decode(json);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    return refuse(text.trimStart().startsWith('<') ? 'it is a web page or XML' : messageOf(cause), cause);
  }
  const parsed = modelSchema.safeParse(document);
  return parsed.success ? parsed.data : refuse(`\n${listIssues(parsed.error)}`, parsed.error);
}

function formatOf({ modelTopology }: ModelFiles['model']): ModelFiles['format'] {
  return modelTopology === null || 'model_config' in modelTopology ? 'layers' : 'graph';
}

/** Bytes of a value of each type, as TensorFlow.js lays them out; those of a text have no fixed length. */
const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** A file that was cut short, or a page in its place, is found by its length. */
function checkLengths(model: ModelFiles['model'], files: readonly Uint8Array[], origin: string): void {
  const remaining = files.values();
  for (const { paths, weights } of model.weightsManifest) {
    const found = paths.reduce((sum) => sum + (remaining.next().value?.length ?? 0), 0);
    const sizes = weights.map(
      ({ shape, dtype, quantization }) =>
        elementCount(shape) * (BYTES[quantization?.dtype ?? dtype] ?? Number.NaN),
    );
    const expected = sizes.reduce((sum, size) => sum + size, 0);
    if (Number.isNaN(expected) || found === expected) continue;
    const how = found < expected ? 'cut short' : 'too long';
    throw notAModel(
      `${paths.join(' with ')} of ${origin} is ${how}: ${found} bytes, where model.json says ${expected}`,
    );
  }
}

function notAModel(problem: string, cause?: unknown): UserError {
  return new UserError('bad_weights', {
    problem,
    fix: 'Give a whole model as tensorflowjs_converter writes it, or as it was published: model.json and the files that it names.',
    cause,
  });
}
