import type { Feed, SessionOptions } from '../session.js';

/** What a thread of sessions answers. */
export type SessionCalls = {
  /** Compiles the bytes of an ONNX model. */
  readonly open: {
    readonly given: { readonly model: Uint8Array; readonly options: SessionOptions };
    readonly result: OpenedSession;
  };
  readonly run: { readonly given: SessionRun; readonly result: SessionResult };
  readonly release: { readonly given: { readonly session: number }; readonly result: undefined };
};

export interface OpenedSession {
  readonly session: number;
  readonly inputNames: readonly string[];
}

/** The memory of all arrays moves to the thread, and back with the result. */
export interface SessionRun {
  readonly session: number;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** As in TrainingSession.run. */
  readonly targets: Readonly<Record<string, Feed>>;
}

export interface SessionResult extends Pick<SessionRun, 'feeds' | 'targets'> {
  /** Of the outputs without a target; null where the run failed. */
  readonly results: Readonly<Record<string, Float32Array>> | null;
  /** Why it failed. */
  readonly problem: string | null;
}

export const arraysOf = (feeds: Readonly<Record<string, Feed>>): Array<Feed['data']> =>
  Object.values(feeds).map(({ data }) => data);

/** To be moved: of none of these is a part in use elsewhere, nor is any shared. */
export const memoryOf = (arrays: ReadonlyArray<Feed['data']>): ArrayBuffer[] =>
  arrays.map(({ buffer }) => buffer as ArrayBuffer);
