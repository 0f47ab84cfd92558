/** The examples of a dataset: clips, not opened yet, or what is in memory already. */
export interface Dataset {
  /** Names of the classes in natural order; an example's label is an index into them. */
  readonly labels: readonly string[];
  readonly examples: readonly Example[];
  /** What was found but is no example, each with the reason. */
  readonly skipped: readonly Skipped[];
}

/** The label of an example that is of none of the classes; only outliers have it. */
export const NO_CLASS = -1;

export interface Example {
  /** Tells it from all others of the dataset, and stays the same when the dataset is moved. */
  readonly id: string;
  /** Absolute path of a video file, an image or a folder of frames. */
  readonly path: string;
  /** Or NO_CLASS. */
  readonly label: number;
  /** What must not be torn apart by a split, such as the film that it was cut from; by default the file. */
  readonly group: string;
  /** The part that it was given, by a folder or in the manifest: all examples have one, or none. */
  readonly split?: SplitName | undefined;
  /** Part of the clip that shows the class; the whole when absent. */
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
  /** The picture of a digit itself, uint8 [28, 28], where a file holds more than one. */
  readonly image?: Uint8Array | undefined;
  /** The text itself, where a file holds more than one. */
  readonly text?: string | undefined;
}

export type SplitName = 'train' | 'validation' | 'test';

export interface Skipped {
  readonly path: string;
  readonly problem: string;
}
