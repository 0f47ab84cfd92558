// What a model says of a clip.
import type { TryAnswer } from '../messages.js';
import { type Asked, ask } from './project.js';

/** An answer, and how long it took to come. */
export interface Timed {
  readonly answer: TryAnswer;
  readonly milliseconds: number;
}

/** All classes are wanted, of however many a model knows. */
const MOST_CLASSES = 1000;

export async function classify(run: string, clip: Blob): Promise<Asked<Timed>> {
  const started = performance.now();
  const path = `/api/runs/${encodeURIComponent(run)}/classify?top=${MOST_CLASSES}`;
  const asked = await ask<TryAnswer>(path, { method: 'POST', body: clip });
  if (asked.kind === 'refused') return asked;
  return { kind: 'answer', value: { answer: asked.value, milliseconds: performance.now() - started } };
}
