import { counted, duration, percent } from '../../export/page/page-words.js';
import { ScrollBox } from '../../export/page/scroll-box.js';
import type { RunSettings, RunState } from '../messages.js';
import { confirmed } from './dialog.js';
import { change } from './project.js';
import { Said } from './said.js';

/** All runs side by side, the latest first. */
export function Runs({ runs }: { runs: readonly RunState[] }) {
  return (
    <section>
      <h2>Runs</h2>
      <ScrollBox kind="table-box" name="All runs">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">
                Right<span class="wide-only"> on clips it had not seen</span>
              </th>
              <th scope="col" class="wide-only">
                Settings
              </th>
              <th scope="col" class="wide-only">
                Time
              </th>
              <th scope="col">
                <span class="unseen">What to do</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...runs].reverse().map((run) => (
              <RunRow key={run.name} run={run} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function RunRow({ run }: { run: RunState }) {
  const { name, status, test, seconds, error } = run;
  const time = seconds === null ? '' : duration(seconds);
  return (
    <>
      <tr>
        <th scope="row">
          {name}
          <span class="narrow-only quiet">
            {[settingsText(run.settings), time].filter(Boolean).join(', ')}
          </span>
        </th>
        <td class={test ? 'tested' : ''}>
          {test ? `${percent(test.accuracy)} of ${test.examples}` : STATUS[status]}
        </td>
        <td class="wide-only">{settingsText(run.settings)}</td>
        <td class="wide-only">{time}</td>
        <td class="row-actions">
          <RunActions run={run} />
        </td>
      </tr>
      {error && (
        <tr class="more">
          <td colSpan={5}>
            <Said text={`${error.message} ${error.fix}`} />
          </td>
        </tr>
      )}
    </>
  );
}

function RunActions({ run: { name, status } }: { run: RunState }) {
  const path = `/api/runs/${encodeURIComponent(name)}`;
  return (
    <div>
      {status === 'finished' && (
        <a href={`#judge/${encodeURIComponent(name)}`}>
          Judge<span class="unseen"> {name}</span>
        </a>
      )}
      {status === 'interrupted' && (
        <button type="button" aria-label={`Resume ${name}`} onClick={() => change(`${path}/resume`)}>
          Resume
        </button>
      )}
      {status !== 'running' && (
        <button
          type="button"
          class="plain"
          aria-label={`Delete ${name}`}
          onClick={() =>
            confirmed(`Delete ${name} and its model permanently?`, () => change(`${path}/remove`))
          }
        >
          Delete
        </button>
      )}
    </div>
  );
}

const STATUS: Readonly<Record<RunState['status'], string>> = {
  running: 'training…',
  interrupted: 'stopped',
  finished: 'not tested',
  failed: 'failed',
};

function settingsText(settings: RunSettings | null): string {
  if (!settings) return 'trained on the command line';
  const { weights, steps, seed, mirror } = settings;
  const parts = [
    weights === null ? '' : `encoder of ${weights}`,
    steps === null ? '' : counted(steps, 'step'),
    mirror ? 'mirrored' : '',
    seed === null ? '' : `seed ${seed}`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'usual settings';
}
