import type { Bundle } from '../bundle/bundle.js';
import { requireTrained } from '../bundle/find-model.js';
import { refusalOf, requireCommand } from '../tasks/commands.js';
import { obstacleToOnnx, writeOnnxFile } from './onnx-file.js';
import { obstacleToLayers, writeTfjsFolder } from './tfjs-folder.js';
import { obstacleToPage, writeWebFolder } from './web-folder.js';

/** All formats of models that run without Clipstep. To add one, see docs/extending.md. */
export const EXPORT_FORMATS = ['onnx', 'web', 'tfjs'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  /** The file to write, overwritten when it is there; for `web` and `tfjs` a folder, which is empty or not there yet. */
  readonly out: string;
  /**
   * `onnx`: one file for any program that runs ONNX. `web`: a folder with a page that classifies in the browser. `tfjs`: a
   * folder with a TensorFlow.js layers model. See docs/export.md.
   */
  readonly format: ExportFormat;
}

export interface ExportResult {
  readonly path: string;
  readonly bytes: number;
}

interface Format {
  /** @returns how many bytes were written. */
  readonly write: (bundle: Bundle, path: string) => Promise<number>;
  readonly obstacleTo: (bundle: Bundle) => string | null;
}

const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  onnx: { write: writeOnnxFile, obstacleTo: obstacleToOnnx },
  web: { write: writeWebFolder, obstacleTo: obstacleToPage },
  tfjs: { write: writeTfjsFolder, obstacleTo: obstacleToLayers },
};

/**
 * Writes a model in a form that runs without Clipstep.
 *
 * @throws UserError `usage` for a model that the format cannot hold, with what of it; `cannot_write`.
 */
export async function exportModel(bundle: Bundle, { out, format }: ExportOptions): Promise<ExportResult> {
  const { folder, manifest } = bundle;
  requireTrained(bundle, 'export');
  requireCommand('export', { name: folder, pipeline: manifest.pipeline });
  return { path: out, bytes: await FORMATS[format].write(bundle, out) };
}

/** What of a model a format cannot hold, such as `it reads optical flow`; null where it holds all. */
export function exportObstacle(bundle: Bundle, format: ExportFormat): string | null {
  const { eachFrame, pipeline } = bundle.manifest;
  if (eachFrame) return 'it was trained elsewhere and answers each frame by itself';
  const refusal = refusalOf('export', pipeline);
  return refusal ? `it ${refusal.because}` : FORMATS[format].obstacleTo(bundle);
}
