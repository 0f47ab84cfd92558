import type { FeatureBatch } from '../../data/batches.js';
import type { ErrorCode } from '../../errors.js';
import type { Networks } from '../../network/networks.js';
import type { Weights } from '../../tensors/tensor.js';
import type { EngineName } from '../engine.js';

/** What the thread is started with. */
export interface ModelToLoad {
  readonly engine: 'auto' | EngineName;
  readonly networks: Networks;
  /** As in bundle/bundle.ts. */
  readonly members: readonly Weights[];
  readonly temperature: number;
  /** As selectEngine has it. */
  readonly threads?: number;
}

export interface Request {
  /** Comes back with the reply. */
  readonly number: number;
  readonly input:
    | { readonly kind: 'encode'; readonly frames: Uint8Array }
    | { readonly kind: 'classify'; readonly batch: FeatureBatch };
}

export type Reply =
  | { readonly kind: 'ready'; readonly name: EngineName; readonly version: string }
  /** An error's class does not survive the way between threads: these are a UserError's parts. */
  | {
      readonly kind: 'refused';
      readonly error: { readonly code: ErrorCode; readonly problem: string; readonly fix: string };
    }
  /** float32: features [count, featureCount], or logits [batch, classes]. */
  | { readonly kind: 'done'; readonly number: number; readonly values: Float32Array }
  | { readonly kind: 'failed'; readonly number: number; readonly problem: string };
