// What the studio's server and its page tell each other. It imports nothing, since the two are compiled apart.

/** All that the page shows but the results of a run: asked for anew whenever something has changed. */
export interface StudioState {
  /** Of the project, from its pipeline. */
  readonly name: string;
  readonly classes: readonly ClassState[];
  readonly check: CheckState;
  /** What can be taken back last, such as `Delete 2 clips`; null for nothing. */
  readonly undo: string | null;
  readonly bin: readonly BinEntry[];
  readonly runs: readonly RunState[];
  readonly recipe: RecipeState;
}

export interface ClassState {
  readonly label: string;
  readonly clips: readonly ClipState[];
  /** Separate recordings that a model can learn from: clips of one are never torn apart by the split. */
  readonly groups: number;
}

export interface ClipState {
  /** Names it in requests; changes when the clip is moved. */
  readonly id: string;
  readonly name: string;
  /** The recording that it is from, where it is not alone in it. */
  readonly take: string | null;
  /** Changes with the file, so that a picture of it can be kept. */
  readonly version: string;
  readonly bytes: number;
  /** Whether it is a folder of frames, which no player shows. */
  readonly isFolder: boolean;
  /** Null until it was looked at. */
  readonly seconds: number | null;
  /** Why it cannot be read, and what to do about it; null where it can, or was not looked at yet. */
  readonly problem: string | null;
  /** Clips that show the same, but for those of one recording, which may look alike. */
  readonly same: readonly SameClip[];
}

export interface SameClip {
  /** Whether it has the same bytes; otherwise most frames are nearly the same. */
  readonly isFile: boolean;
  readonly id: string;
  readonly label: string;
  readonly name: string;
}

export interface CheckState {
  readonly isChecking: boolean;
  /** Why a model cannot be trained on these clips yet; null where it can. Only clips that it can learn from count. */
  readonly problem: string | null;
  /** What to know before one is trained, a sentence each. */
  readonly warnings: readonly string[];
}

export interface BinEntry {
  readonly id: string;
  readonly label: string;
  readonly name: string;
}

/** What a training does where its settings are left alone. */
export interface RecipeState {
  /** Why the file cannot be used as it is now, for which nothing is trained; null where it can. What follows is of the last that could. */
  readonly problem: { readonly message: string; readonly fix: string } | null;
  readonly steps: number;
  readonly hasPretrained: boolean;
  /** Whether the pretrained encoder is on this machine already. */
  readonly isPretrainedHere: boolean;
  /** Models that ship, of which the encoder can be taken. */
  readonly shippedEncoders: readonly string[];
  /** That a training as usual takes; null where nobody knows yet. */
  readonly time: TrainingTime | null;
}

export interface TrainingTime {
  readonly seconds: number;
  /** More for each step more. */
  readonly perStep: number;
  /** Whether it is reckoned before the first training, not taken from the last one. */
  readonly isFirst: boolean;
}

export interface RunSettings {
  /** `hub`, or a model that ships; the pipeline's own when null. */
  readonly weights: string | null;
  /** The pipeline's own when null. */
  readonly steps: number | null;
  readonly seed: number | null;
  /** Show each clip mirrored, too. */
  readonly mirror: boolean;
}

export type RunStatus = 'running' | 'finished' | 'interrupted' | 'failed';

export interface RunState {
  readonly name: string;
  readonly status: RunStatus;
  /** Null for one that a command made. */
  readonly settings: RunSettings | null;
  /** Of a finished one that was tested. */
  readonly test: TestFigure | null;
  readonly seconds: number | null;
  /** Of a failed one. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
  readonly progress: RunProgress | null;
}

export interface TestFigure {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly examples: number;
}

/** How far a run is, or has come. */
export interface RunProgress {
  /** Such as `Reading clips`. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
  readonly epochs: readonly EpochPoint[];
  readonly notes: readonly string[];
}

export interface EpochPoint {
  /** What the network that it trains is called; empty where the model has one alone. */
  readonly network: string;
  readonly trainLoss: number;
  readonly validationLoss: number | null;
}

/** What a finished run can be taken away as, and the commands that do what the page does. */
export interface TakeAwayState {
  /** Of the model, from the root of the disk. */
  readonly folder: string;
  /** Why there is none of this model; null where there is one. */
  readonly obstacles: Readonly<Record<'onnx' | 'web' | 'tfjs', string | null>>;
  /** The first goes to the project's folder, from which the others are given. */
  readonly commands: readonly ShownCommand[];
}

export interface ShownCommand {
  readonly title: string;
  readonly command: string;
}

/** A test in which the most probable class of each clip counts, and what the model says where it may say unknown. */
export interface TestResult extends TestFigure {
  /** How the interval was found. */
  readonly method: string;
  /** Clips whose class it names; it calls the others unknown, as it does wherever it is used. */
  readonly answered: number;
  /** Of these. */
  readonly rightOfAnswered: number;
}

export type UnknownReason = 'unlike' | 'unsure';

/** What came of a finished run. */
export interface RunResult {
  readonly name: string;
  readonly labels: readonly string[];
  readonly test: TestResult | null;
  readonly baselines: readonly BaselineFigure[];
  /** What the baselines mean, in words. */
  readonly sentences: readonly string[];
  /** [true class][predicted class] counts of the test part. */
  readonly confusion: ReadonlyArray<readonly number[]>;
  readonly answers: readonly ClipAnswer[];
  readonly epochs: readonly EpochPoint[];
  readonly advice: readonly string[];
  readonly hasReport: boolean;
}

export interface BaselineFigure {
  readonly name: string;
  readonly isNetwork: boolean;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
}

/** What a run's network said of a clip of its test part. */
export interface ClipAnswer {
  /** Null where the clip is no longer there under its name. */
  readonly id: string | null;
  readonly version: string | null;
  readonly isFolder: boolean;
  readonly name: string;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
  /** Why it answers unknown in place of the most probable class; null where it names that class. */
  readonly unknown: UnknownReason | null;
}

/** What a model says of a clip, as `classify --json` does. */
export interface TryAnswer {
  /** Null where the answer is unknown. */
  readonly label: string | null;
  readonly unknown?: { readonly reason: UnknownReason; readonly score: number } | undefined;
  /** Of the most probable class. */
  readonly probability: number;
  readonly top: ReadonlyArray<{ readonly label: string; readonly probability: number }>;
  readonly attention?: readonly number[] | undefined;
  readonly timesSeconds?: readonly number[] | undefined;
  /** Frames that could be read only in part; absent for none. */
  readonly damaged?: number | undefined;
  readonly durationSeconds?: number | undefined;
}

export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}
