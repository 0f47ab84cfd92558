import { basename, join } from 'node:path';
import { findModel, type ModelOptions } from '../bundle/find-model.js';
import { UserError } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { cannotWrite } from '../platform/cannot-write.js';
import { makeFolder } from '../platform/make-folder.js';
import { replaceFile } from '../platform/replace-file.js';
import type { Outcome } from '../predict/outcome.js';
import { filmStrip } from '../report/film-strip.js';
import { readIllustration } from '../report/illustration.js';

/**
 * Draws what was classified: the frames that the network read, with the answer and its attention, as `<clip>.svg` in a
 * folder, which is made where it is missing. The second clip of a name becomes `<clip>-2.svg`.
 *
 * @param options.model as `classify` takes it.
 * @returns what draws an outcome; of one that failed, nothing is drawn.
 * @throws UserError as findModel; `usage` for a model that reads texts; `cannot_write`.
 */
export async function openFilmStrips(
  folder: string,
  options: ModelOptions & { model: string; signal?: AbortSignal | undefined },
): Promise<(outcome: Outcome) => Promise<void>> {
  const { model, weights, signal } = options;
  const { input } = (await findModel(model, { weights })).manifest.pipeline;
  if (inputOf(input).given !== 'files') {
    throw new UserError('usage', {
      problem: `The model ${model} reads texts, which have no frames to draw.`,
      fix: 'Leave --strips out.',
    });
  }
  await makeFolder(folder).catch((cause) => Promise.reject(cannotWrite(folder, cause)));
  const counts = new Map<string, number>();
  return async (outcome) => {
    if (outcome.kind === 'failed') return;
    const { input: path, top, attention } = outcome;
    const film = await readIllustration({ id: path, path }, { input, signal });
    if (film?.kind !== 'film') return;
    const label = outcome.kind === 'class' ? outcome.label : 'unknown';
    const name = basename(path);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const file = join(folder, `${name}${count > 1 ? `-${count}` : ''}.svg`);
    const picture = filmStrip({ film, label, top, attention });
    await replaceFile(file, picture, { isSynced: false, failure: cannotWrite });
  };
}
