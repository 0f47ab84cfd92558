import { duration, percent } from '../../export/page/page-words.js';
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
              <th scope="col">Right on unseen clips</th>
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
  const { name, status, test, seconds } = run;
  const time = seconds === null ? '' : duration(seconds);
  return (
    <tr>
      <th scope="row">
        {name}
        <span class="narrow-only quiet">{[settingsText(run.settings), time].filter(Boolean).join(', ')}</span>
      </th>
      <td>{test ? `${percent(test.accuracy)} of ${test.examples}` : <Status run={run} />}</td>
      <td class="wide-only">{settingsText(run.settings)}</td>
      <td class="wide-only">{time}</td>
      <td class="row-actions">
        {status === 'finished' && (
          <a href={`#judge/${encodeURIComponent(name)}`}>
            Judge<span class="unseen"> {name}</span>
          </a>
        )}
        {status === 'interrupted' && (
          <button
            type="button"
            aria-label={`Resume ${name}`}
            onClick={() => change(`/api/runs/${name}/resume`)}
          >
            Resume
          </button>
        )}
        {status !== 'running' && (
          <button
            type="button"
            class="plain"
            aria-label={`Delete ${name}`}
            onClick={() =>
              confirmed(`Delete ${name} and its model for good?`, () => change(`/api/runs/${name}/remove`))
            }
          >
            Delete
          </button>
        )}
      </td>
    </tr>
  );
}

function Status({ run: { status, error } }: { run: RunState }) {
  switch (status) {
    case 'running':
      return <>training…</>;
    case 'interrupted':
      return <>stopped before its end</>;
    case 'finished':
      return <>not tested</>;
    case 'failed':
      return (
        <>
          <strong>failed.</strong> <Said text={`${error?.message ?? ''} ${error?.fix ?? ''}`} />
          {error?.code === 'download_failed' &&
            ' Or choose another encoder under Options: one that ships needs no network.'}
        </>
      );
  }
}

function settingsText(settings: RunSettings | null): string {
  if (!settings) return 'made by a command';
  const { weights, steps, seed, mirror } = settings;
  const parts = [
    weights === null ? '' : `encoder of ${weights}`,
    steps === null ? '' : `${steps} steps`,
    mirror ? 'mirrored' : '',
    seed === null ? '' : `seed ${seed}`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'as usual';
}
