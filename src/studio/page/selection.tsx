import { computed, signal } from '@preact/signals';
import { counted } from '../../export/page/page-words.js';
import { change, labels, state } from './project.js';
import { takeName } from './take-name.js';

/** Ids of the clips that are chosen. */
export const chosen = signal<ReadonlySet<string>>(new Set());

/** Of these, the ones that are still there. */
const present = computed(() => {
  const ids = state.value?.classes.flatMap(({ clips }) => clips.map(({ id }) => id)) ?? [];
  return ids.filter((id) => chosen.value.has(id));
});

const isAnyGrouped = computed(() => {
  const clips = state.value?.classes.flatMap((each) => each.clips) ?? [];
  return clips.some(({ id, take }) => take !== null && chosen.value.has(id));
});

const clear = () => {
  chosen.value = new Set();
};

/** Nothing is chosen from then on, since others may be before the answer comes; where it is refused, the same again. */
async function changeChosen(path: string, options: object = {}): Promise<void> {
  const ids = present.value;
  clear();
  if (!(await change(path, { ids, ...options }))) chosen.value = new Set(ids);
}

/** What can be done with the chosen clips. */
export function Selection() {
  if (present.value.length === 0) return null;
  const group = (take: string | null) => changeChosen('/api/clips/group', { take });
  return (
    <section class="selection" aria-label="Selected clips">
      <p>{counted(present.value.length, 'clip')} selected</p>
      <MoveTo name="Move to" onMove={(label) => changeChosen('/api/clips/move', { label })} />
      {present.value.length > 1 && (
        <button
          type="button"
          title="Of one recording session: all to learn from, or all to test on"
          onClick={() => group(takeName(new Date(), 'together'))}
        >
          Group
        </button>
      )}
      {isAnyGrouped.value && (
        <button type="button" title="Each recorded on an occasion of its own" onClick={() => group(null)}>
          Separate
        </button>
      )}
      <button type="button" onClick={() => changeChosen('/api/clips/remove')}>
        Delete
      </button>
      <button type="button" class="plain" onClick={clear}>
        Clear selection
      </button>
    </section>
  );
}

/** A choice of classes that acts when one is chosen. */
export function MoveTo(props: { name: string; without?: string; onMove: (label: string) => void }) {
  const { name, without, onMove } = props;
  return (
    <label class="inline">
      <span>{name}</span>
      <select
        value=""
        onChange={({ currentTarget }) => {
          const label = currentTarget.value;
          currentTarget.value = '';
          if (label !== '') onMove(label);
        }}
      >
        <option value="">a class…</option>
        {labels.value
          .filter((label) => label !== without)
          .map((label) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
      </select>
    </label>
  );
}
