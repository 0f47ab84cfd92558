import type { Command } from 'commander';

export interface LazyCommand {
  readonly summary: string;
  /** `finish` sets the exit code of a command that did its work but found something wrong. */
  readonly load: (finish: (exitCode: number) => void) => Promise<Command>;
}

/** Commands by name. Each one's file is loaded when it is called for, so that starting stays quick. */
export const COMMANDS: Readonly<Record<string, LazyCommand>> = {
  classify: {
    summary: 'classify video clips, image sequences or texts',
    load: async (finish) => (await import('./classify.js')).classifyCommand(finish),
  },
  batch: {
    summary: 'classify all clips below a folder into a file of results',
    load: async (finish) => (await import('./batch.js')).batchCommand(finish),
  },
  merge: {
    summary: 'put the parts of a batch together into one file',
    load: async (finish) => (await import('./merge.js')).mergeCommand(finish),
  },
  enqueue: {
    summary: 'put clips onto a queue, for workers on any number of machines',
    load: async () => (await import('./enqueue.js')).enqueueCommand(),
  },
  work: {
    summary: 'classify clips of a queue until none is left',
    load: async (finish) => (await import('./work.js')).workCommand(finish),
  },
  status: {
    summary: 'say how far a job on a queue is',
    load: async () => (await import('./status.js')).statusCommand(),
  },
  serve: {
    summary: 'classify clips over HTTP',
    load: async () => (await import('./serve.js')).serveCommand(),
  },
  watch: {
    summary: 'say what a camera or a stream shows, while it shows it',
    load: async () => (await import('./watch.js')).watchCommand(),
  },
  studio: {
    summary: 'collect clips, train, judge and try a model in the browser',
    load: async () => (await import('./studio.js')).studioCommand(),
  },
  init: {
    summary: 'make a folder in which to train a model of your own clips',
    load: async () => (await import('./init.js')).initCommand(),
  },
  check: {
    summary: 'look at the clips of a dataset before you train on them',
    load: async (finish) => (await import('./check.js')).checkCommand(finish),
  },
  train: {
    summary: 'train a model',
    load: async () => (await import('./train.js')).trainCommand(),
  },
  evaluate: {
    summary: 'test a trained model on labelled clips',
    load: async () => (await import('./evaluate.js')).evaluateCommand(),
  },
  crossvalidate: {
    summary: 'train a pipeline fold by fold and test each clip with a network that has not seen it',
    load: async () => (await import('./crossvalidate.js')).crossvalidateCommand(),
  },
  compare: {
    summary: 'say how two runs on the same clips differ, and whether by more than chance',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  quantize: {
    summary: 'make a smaller and faster model whose encoder computes in int8',
    load: async () => (await import('./quantize.js')).quantizeCommand(),
  },
  export: {
    summary: 'write a model in a form that runs without Clipstep',
    load: async () => (await import('./export.js')).exportCommand(),
  },
  models: {
    summary: 'list the models that ship and what each knows',
    load: async () => (await import('./models.js')).modelsCommand(),
  },
  pipelines: {
    summary: 'list the pipelines that ship and what each makes',
    load: async () => (await import('./pipelines.js')).pipelinesCommand(),
  },
  generate: {
    summary: 'write text with a language model',
    load: async () => (await import('./generate.js')).generateCommand(),
  },
  translate: {
    summary: 'translate texts with a model that was trained on pairs',
    load: async (finish) => (await import('./translate.js')).translateCommand(finish),
  },
  mnist: {
    summary: 'train the pixel-row baseline: an LSTM that reads digits row by row',
    load: async () => (await import('./mnist.js')).mnistCommand(),
  },
  dataset: {
    summary: 'generate or fetch a dataset',
    load: async () => (await import('./dataset.js')).datasetCommand(),
  },
  doctor: {
    summary: 'check that every part works, and say how to fix those that do not',
    load: async (finish) => (await import('./doctor.js')).doctorCommand(finish),
  },
  install: {
    summary: 'install an optional part',
    load: async () => (await import('./install.js')).installCommand(),
  },
};
