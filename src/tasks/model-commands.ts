/** The commands that work on a pipeline, or on the model that came of one. */
export const MODEL_COMMANDS = [
  'train',
  'crossvalidate',
  'evaluate',
  'classify',
  'batch',
  'serve',
  'watch',
  'quantize',
  'generate',
  'translate',
  'export',
] as const;

export type ModelCommand = (typeof MODEL_COMMANDS)[number];

/** Why a command does not work on something, after the name of that, and what to do instead. */
export interface Refusal {
  readonly because: string;
  readonly fix: string;
}
