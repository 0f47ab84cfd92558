import { join } from 'node:path';
import { Command, Option } from 'commander';
import colors from 'picocolors';
import { loadBundle } from '../bundle/bundle.js';
import { EXPORT_FORMATS, type ExportFormat, exportModel } from '../export/export-model.js';

interface Flags {
  readonly out: string;
  readonly format: ExportFormat;
}

/** `clipstep export` */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a model in a form that runs without Clipstep')
    .argument('<model>', 'folder of a trained model, or the name of one that ships, such as motion')
    .requiredOption('-o, --out <path>', 'file to write; for web and tfjs, a folder')
    .addOption(
      new Option(
        '-f, --format <format>',
        'onnx: one file for any program that runs ONNX, from frames of any size to probabilities; web: a folder with a page that classifies files and the camera in any browser; tfjs: a folder with a TensorFlow.js layers model, from frames of the size of its encoder',
      )
        .choices(EXPORT_FORMATS)
        .default('onnx' satisfies ExportFormat),
    )
    .action(async (model: string, flags: Flags) => {
      const { path, bytes } = await exportModel(await loadBundle(model), flags);
      console.log(`${colors.bold('Model')} ${path}, ${(bytes / 1e6).toFixed(1)} MB`);
      if (flags.format === 'web') console.log(`Open ${join(path, 'index.html')} in a browser.`);
    });
}
