import { Bars } from './bars.js';
import type { Answer } from './model.js';
import { counted, percent } from './page-words.js';

/** What the model says, and how fast. */
export function AnswerView({ answer }: { answer: Answer }) {
  const { label, top, frames, milliseconds } = answer;
  const rate = Math.round((1000 * frames) / milliseconds);
  return (
    <div class="answer">
      <p class="number">
        {label ?? 'unknown'}{' '}
        <span>{label === null ? 'too unsure to say' : `${percent(top[0]!.probability)} sure`}</span>
      </p>
      <Bars label={label} top={top} />
      <p class="quiet">
        {counted(frames, 'frame')} in {Math.round(milliseconds)} ms: {rate} frames a second.
      </p>
    </div>
  );
}
