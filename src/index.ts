/**
 * The public API. Importing it starts nothing: ffmpeg, the engines and the pretrained networks are loaded
 * when they are first used.
 *
 * @module clipstep
 */
export { type Bundle, loadBundle } from './bundle/bundle.js';
export type { Manifest } from './bundle/manifest.js';
export type { CrossvalidateOptions } from './crossvalidate/crossvalidate-options.js';
export type { LabelledImages } from './datasets/mnist/labelled-images.js';
export { type MnistDataset, type OpenMnistOptions, openMnist } from './datasets/mnist/open-mnist.js';
export type { EngineName } from './engine/engine.js';
export { type ErrorCode, UserError } from './errors.js';
export {
  type EvaluateIntervalsOptions,
  evaluateIntervals,
  type IntervalEvaluation,
} from './evaluate/evaluate-intervals.js';
export type { BundleEvaluation } from './evaluate/evaluate-parts.js';
export type { EvaluationEvent } from './evaluate/evaluation-event.js';
export {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOptions,
  type ExportResult,
  exportModel,
} from './export/export-model.js';
export { prepareDigit } from './inputs/digits/digit-picture.js';
export type { PlanChoice, PlanKind } from './media/frames.js';
export { readPipeline } from './pipeline/pipeline-file.js';
export type { Pipeline } from './pipeline/schema.js';
export type { BatchEvent, BatchOptions, BatchResult } from './predict/batch/batch-options.js';
export type { Row as BatchRow } from './predict/batch/row.js';
export { classify, openClassifier } from './predict/classify.js';
export type {
  CallOptions,
  ClassifyOptions,
  ClipClassifier,
  OpenOptions,
} from './predict/classify-options.js';
export type { Sampling } from './predict/generate/choose-token.js';
export { type Generated, type GenerateOptions, generate } from './predict/generate/generate.js';
export type { Given } from './predict/given.js';
export { watch } from './predict/live/watch.js';
export type {
  EndReason,
  LabelEnd,
  LabelStart,
  WatchEvent,
  WatchedWindow,
  WatchOptions,
  WatchResult,
} from './predict/live/watch-options.js';
export { type MergeOptions, type MergeResult, mergeParts } from './predict/merge/merge-parts.js';
export type { Classified, ClassifiedWindows, Failed, Outcome, WindowsOutcome } from './predict/outcome.js';
export type { RemoteOptions } from './predict/remote-clips.js';
export { type TranslateOptions, type Translation, translate } from './predict/translate/translate.js';
export type { Translated } from './predict/translate/translator.js';
export type { QuantizeEvent } from './quantize/quantize-event.js';
export { type Enqueued, type EnqueueOptions, enqueue } from './queue/enqueue.js';
export { type JobStatus, jobStatus } from './queue/job-status.js';
export { type Worked, type WorkOptions, work } from './queue/work.js';
export type { Answer, UnknownReason } from './tasks/classification/answer.js';
export type { Evaluation } from './tasks/classification/evaluation.js';
export type { LanguageBaseline } from './tasks/language/baselines.js';
export type { LanguageFigures } from './tasks/language/figures.js';
export type { Bleu } from './tasks/translation/bleu.js';
export type { Bleus, TranslationFigures } from './tasks/translation/figures.js';
export type { TrainEvent } from './train/train-event.js';
export type { TranslationSample } from './train/translation/train-translation-model.js';
export { batch } from './workflows/batch.js';
export { compareRuns, type RunComparison } from './workflows/compare-runs.js';
export { type CrossvalidateResult, crossvalidate } from './workflows/crossvalidate.js';
export { type EvaluateOptions, evaluateBundle } from './workflows/evaluate-bundle.js';
export {
  type EvaluateLanguageOptions,
  evaluateLanguage,
  type LanguageEvaluation,
} from './workflows/evaluate-language.js';
export {
  type EvaluateTranslationOptions,
  evaluateTranslation,
  type TranslationEvaluation,
} from './workflows/evaluate-translation.js';
export { type MnistOptions, trainMnist } from './workflows/mnist/train-mnist.js';
export { type QuantizeOptions, type QuantizeResult, quantizeBundle } from './workflows/quantize-bundle.js';
export { type TrainOptions, type TrainResult, train } from './workflows/train.js';
export {
  type TrainLanguageOptions,
  type TrainLanguageResult,
  trainLanguage,
} from './workflows/train-language.js';
export {
  type TrainTranslationOptions,
  type TrainTranslationResult,
  trainTranslation,
} from './workflows/train-translation.js';
