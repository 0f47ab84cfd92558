import type { Described } from '../bundle/bundle.js';
import type { Input } from '../inputs/input-kind.js';
import { inputOf } from '../inputs/input-kinds.js';
import type { ClipClassifier, OpenOptions } from './classify-options.js';
import { clipClassifier } from './clip-classifier.js';
import { textClassifier } from './text-classifier.js';
import type { ModelThreads } from './thread/model-threads.js';

type Open = (threads: ModelThreads, options: { bundle: Described; options: OpenOptions }) => ClipClassifier;

const CLASSIFIERS: Readonly<Record<Input['given'], Open>> = { files: clipClassifier, texts: textClassifier };

/** A model on threads that load it, for what its input reads. @throws UserError `usage` for one that answers nothing. */
export const openByInput: Open = (threads, about) =>
  CLASSIFIERS[inputOf(about.bundle.manifest.pipeline.input).given](threads, about);
