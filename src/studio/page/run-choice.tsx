import { computed, signal } from '@preact/signals';
import { percent } from '../../export/page/page-words.js';
import { finishedRuns } from './project.js';

/** The run that was chosen; the latest where none was, or it is gone. */
export const judged = signal<string | null>(null);

export const chosenRun = computed(
  () => finishedRuns.value.find(({ name }) => name === judged.value) ?? finishedRuns.value.at(-1) ?? null,
);

/** Which finished run a screen is about. */
export function RunChoice() {
  if (finishedRuns.value.length < 2) return null;
  return (
    <label class="inline run-choice">
      <span>Model</span>
      <select
        value={chosenRun.value?.name ?? ''}
        onChange={({ currentTarget }) => {
          judged.value = currentTarget.value;
        }}
      >
        {finishedRuns.value.map(({ name, test }) => (
          <option key={name} value={name}>
            {name}
            {test ? `, ${percent(test.accuracy)} right` : ''}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What a screen shows that needs a model. */
export function NoModel() {
  return (
    <div class="lead">
      <h2>There is no model yet</h2>
      <p>
        <a href="#train">Train one</a> first.
      </p>
    </div>
  );
}
