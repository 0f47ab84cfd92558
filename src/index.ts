/**
 * The public API. Importing it starts nothing: ffmpeg, the engines and the pretrained networks are loaded
 * when they are first used.
 */
export { type Bundle, loadBundle } from './bundle/bundle.js';
export type { Manifest } from './bundle/manifest.js';
export type { Pipeline } from './config.js';
export { prepareDigit } from './data/mnist/digit-picture.js';
export type { LabelledImages } from './data/mnist/labelled-images.js';
export { type MnistDataset, type OpenMnistOptions, openMnist } from './data/mnist/mnist.js';
export type { EngineName } from './engine/engine.js';
export { type ErrorCode, UserError } from './errors.js';
export type { PlanChoice, PlanKind } from './media/frames.js';
export { readPipeline } from './pipeline-file.js';
export { batch } from './run/batch/batch.js';
export type { BatchEvent, BatchOptions, BatchResult } from './run/batch/options.js';
export type { Row as BatchRow } from './run/batch/row.js';
export {
  type Classified,
  type ClassifyOptions,
  type ClipClassifier,
  classify,
  type Failed,
  type Outcome,
  openClassifier,
} from './run/classify.js';
export {
  type CrossvalidateOptions,
  type CrossvalidateResult,
  crossvalidate,
} from './run/crossvalidate/crossvalidate.js';
export type { Evaluation } from './run/evaluate/evaluate.js';
export {
  type BundleEvaluation,
  type EvaluateOptions,
  evaluateBundle,
} from './run/evaluate/evaluate-bundle.js';
export { type MnistOptions, trainMnist } from './run/mnist/train-mnist.js';
export { type QuantizeOptions, type QuantizeResult, quantizeBundle } from './run/quantize/quantize.js';
export type { TrainEvent } from './run/train/events.js';
export { type TrainOptions, type TrainResult, train } from './run/train/train.js';
