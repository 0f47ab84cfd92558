/** What is reported while data is opened. */
export type DataEvent =
  | { readonly kind: 'note'; readonly message: string }
  /** What is to be said of the data, and once: of folds, the first one says it. */
  | { readonly kind: 'remark'; readonly message: string }
  /** Clips generated so far. */
  | {
      readonly kind: 'reading';
      readonly what: 'generate';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'downloading';
      readonly fileName: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | null;
    };
