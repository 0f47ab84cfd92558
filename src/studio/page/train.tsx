import { useSignal } from '@preact/signals';
import { duration } from '../../export/page/page-words.js';
import type { RunProgress, RunSettings, RunState } from '../messages.js';
import { Curves } from './curves.js';
import { change, say, state } from './project.js';
import { Runs } from './runs-table.js';
import { Warnings } from './warnings.js';

const USUAL: RunSettings = { weights: null, steps: null, seed: null, mirror: false };

/** One button; what goes on; all runs. */
export function Train() {
  const { check, runs } = state.value!; // App shows it once there is one
  const running = runs.find(({ status }) => status === 'running');
  return (
    <>
      <div class="lead">
        <h2>Train a model</h2>
        <p>
          The studio sets some recordings aside, learns from the others, and then tests the model on what it
          has not seen.
        </p>
      </div>
      {running ? <Running run={running} /> : <Begin problem={check.problem} />}
      {runs.length > 0 && <Runs runs={runs} />}
    </>
  );
}

function Begin({ problem }: { problem: string | null }) {
  const { recipe } = state.value!; // as in Train
  const settings = useSignal<RunSettings>(USUAL);
  const isBusy = useSignal(false);
  const update = (some: Partial<RunSettings>) => {
    settings.value = { ...settings.value, ...some };
  };
  const start = async () => {
    isBusy.value = true;
    if (await change('/api/runs', settings.value)) say('The training has started');
    isBusy.value = false;
  };
  const needsNetwork = recipe.hasPretrained && !recipe.isPretrainedHere && settings.value.weights === null;
  return (
    <section class="panel">
      {problem !== null && <p class="todo">{problem}</p>}
      <div class="actions">
        <button
          type="button"
          class="main large"
          disabled={problem !== null || recipe.problem !== null || isBusy.value}
          onClick={start}
        >
          Train
        </button>
        {problem === null && <p class="quiet">{timeText(settings.value)}</p>}
      </div>
      <Warnings />
      {needsNetwork && (
        <p class="message">
          The first training downloads a pretrained encoder (2 MB) from the internet, once. Without a
          connection, choose the encoder of a model that comes with Clipstep under Options.
        </p>
      )}
      <details>
        <summary>Options</summary>
        <Options settings={settings.value} onChange={update} />
      </details>
    </section>
  );
}

function timeText({ steps }: RunSettings): string {
  const { time, steps: usual } = state.value!.recipe; // as in Train
  if (!time) return 'The first training takes a few minutes. While it runs, you see how much time is left.';
  const seconds = time.seconds + time.perStep * ((steps ?? usual) - usual);
  return time.isFirst
    ? `Takes about ${duration(seconds)} on this machine.`
    : `Takes about ${duration(seconds)}, as the last training did.`;
}

function Options(props: { settings: RunSettings; onChange: (some: Partial<RunSettings>) => void }) {
  const { settings, onChange } = props;
  const { recipe } = state.value!; // as in Train
  const lengths = recipe.steps === 0 ? [] : [Math.ceil(recipe.steps / 4), recipe.steps * 3];
  return (
    <div class="options">
      {recipe.hasPretrained && recipe.shippedEncoders.length > 0 && (
        <label>
          Start from the encoder of
          <select
            value={settings.weights ?? ''}
            onChange={({ currentTarget }) => onChange({ weights: currentTarget.value || null })}
          >
            <option value="">ImageNet (a million photographs)</option>
            {recipe.shippedEncoders.map((name) => (
              <option key={name} value={name}>
                {name} (no download, often less accurate)
              </option>
            ))}
          </select>
        </label>
      )}
      {lengths.length > 0 && (
        <label>
          Length
          <select
            value={settings.steps ?? ''}
            onChange={({ currentTarget }) => onChange({ steps: Number(currentTarget.value) || null })}
          >
            <option value="">usual ({recipe.steps} steps)</option>
            <option value={lengths[0]}>short ({lengths[0]} steps), for a first look</option>
            <option value={lengths[1]}>long ({lengths[1]} steps), for many clips</option>
          </select>
        </label>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={settings.mirror}
          onChange={({ currentTarget }) => onChange({ mirror: currentTarget.checked })}
        />
        Learn from mirrored clips, too. Leave this off if left and right make a difference.
      </label>
      <label>
        Seed
        <input
          type="number"
          min={0}
          max={Number.MAX_SAFE_INTEGER}
          step={1}
          placeholder="as in pipeline.yaml"
          value={settings.seed ?? ''}
          onInput={({ currentTarget }) => {
            const { value } = currentTarget;
            onChange({ seed: /^\d+$/.test(value) ? Number(value) : null });
          }}
        />
        <span class="quiet">Another seed tests on other clips and starts from other weights.</span>
      </label>
    </div>
  );
}

function Running({ run }: { run: RunState }) {
  const progress = run.progress!; // a running one has it
  return (
    <section class="panel" aria-label="Training">
      <Bar {...progress} />
      <Curves epochs={progress.epochs} />
      <Notes notes={progress.notes} />
      <div class="actions">
        <button type="button" onClick={() => change('/api/runs/cancel')}>
          Stop
        </button>
        <p class="quiet">What it has learned is kept, and you can resume it later.</p>
      </div>
    </section>
  );
}

function Bar({ what, done, total, secondsLeft }: RunProgress) {
  return (
    <div class="progress">
      <p>
        <strong>{what}</strong>
        {secondsLeft !== null && <span class="quiet"> about {duration(secondsLeft)} left for this part</span>}
      </p>
      <progress aria-label={what} value={done} max={Math.max(1, total)} />
    </div>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <details>
      <summary>Notes ({notes.length})</summary>
      <ul class="notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
