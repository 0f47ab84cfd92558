import { join, relative, resolve } from 'node:path';
import { loadBundle } from '../bundle/bundle.js';
import { exportObstacle } from '../export/export-model.js';
import { exists } from '../platform/exists.js';
import { commandLine, forShell } from '../workflows/command-line.js';
import type { ShownCommand, TakeAwayState } from './messages.js';
import type { ProjectFolder } from './project-folder.js';
import { adjustments } from './runs.js';
import type { Studio } from './studio-parts.js';

/**
 * What the model of a run can be taken away as, and the commands that do what the page does.
 *
 * @throws UserError `not_found` for a run without a model; as loadBundle.
 */
export async function takeAwayState(studio: Studio, run: string): Promise<TakeAwayState> {
  const model = await studio.runs.modelOf(run);
  const bundle = await loadBundle(model);
  const obstacles = {
    onnx: exportObstacle(bundle, 'onnx'),
    web: exportObstacle(bundle, 'web'),
    tfjs: exportObstacle(bundle, 'tfjs'),
  };
  return {
    folder: resolve(model),
    obstacles,
    commands: await commandsFor(studio, { run, model, obstacles }),
  };
}

/** All but the first are given in the project's folder, so that none depends on where the studio was started. */
async function commandsFor(
  { project, runs }: Studio,
  about: { run: string; model: string; obstacles: TakeAwayState['obstacles'] },
): Promise<ShownCommand[]> {
  const { run, obstacles } = about;
  const settings = runs.settingsOf(run);
  const model = forShell(relative(project.folder, about.model));
  const commands: Array<ShownCommand | null> = [
    settings && {
      title: 'Train such a model again, on the clips as they are now',
      command: await trainCommand(project, { run, settings }),
    },
    { title: 'Classify a clip', command: `clipstep classify new.mp4 --model ${model}` },
    {
      title: 'Classify a folder of clips',
      command: `clipstep batch recordings --model ${model} --out results.csv`,
    },
    { title: 'Answer over HTTP', command: `clipstep serve --model ${model}` },
    obstacles.onnx === null
      ? { title: 'Write the ONNX file', command: `clipstep export ${model} --out ${forShell(`${run}.onnx`)}` }
      : null,
    obstacles.web === null
      ? {
          title: 'Write the web page',
          command: `clipstep export ${model} --format web --out ${forShell(`${run}-web`)}`,
        }
      : null,
  ];
  const started = commands
    .filter((each) => each !== null)
    .map((each) => ({ ...each, command: npx(each.command) }));
  return [
    { title: 'First go to the folder of the project', command: `cd ${forShell(resolve(project.folder))}` },
    ...started,
  ];
}

/** Whoever started the studio with npx may have no other way to start Clipstep. */
const npx = (command: string): string => (process.env.npm_command === 'exec' ? `npx ${command}` : command);

async function trainCommand(
  project: ProjectFolder,
  { run, settings }: { run: string; settings: Parameters<typeof adjustments>[0] },
): Promise<string> {
  const { folder, recipe, clips, models } = project;
  const { weights, seed, set } = adjustments(settings);
  const out = relative(folder, await freeFolder(join(models, `${run}-again`)));
  return commandLine(
    'train',
    { pipeline: relative(folder, recipe.path), data: relative(folder, clips), weights, set },
    ['--out', out, ...(seed === undefined ? [] : ['--seed', seed])],
  );
}

/** `run-1-again`, or `run-1-again-2` where that is there, and so on: a training takes no folder that holds something. */
async function freeFolder(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    if (!(await exists(candidate))) return candidate;
  }
}
