import { UserError } from '../errors.js';
import { type Recognized, recognize } from '../media/recognize.js';

/** @throws UserError `usage` for what is something else than a pipeline, with what it is for. */
export async function refuseOther(path: string): Promise<void> {
  const given = await recognize(path);
  if (given === null || given === 'a pipeline') return;
  throw new UserError('usage', {
    problem: `${path} is ${given}, not a pipeline (a YAML file).`,
    fix: FIXES[given](path),
  });
}

const asData = (path: string): string =>
  `Give the pipeline first, and the clips with --data: clipstep train surveillance --data ${path}`;

const FIXES: Readonly<Record<Exclude<Recognized, 'a pipeline'>, (path: string) => string>> = {
  'a folder': asData,
  'a table': asData,
  'a clip': (path) => `To say what it shows: clipstep classify ${path}`,
  'a trained model': (path) =>
    `To use it: clipstep classify CLIP --model ${path}; to start a training from its encoder: --weights ${path}`,
};
