import type { Signal } from '@preact/signals';
import { ScrollBox } from '../../export/page/scroll-box.js';
import type { RunResult } from '../messages.js';

/** True classes by rows, answers by columns; a number that is not 0 can be chosen. */
export function Confusion(props: { result: RunResult; cell: Signal<readonly [string, string] | null> }) {
  const { result, cell } = props;
  const { labels, confusion } = result;
  const most = confusion.flat().reduce((highest, count) => Math.max(highest, count), 1);
  return (
    <ScrollBox kind="table-box" name="Counts of the tested clips">
      <table class="confusion">
        <caption class="unseen">
          Counts of the tested clips: rows are their classes, columns the answers
        </caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, truth) => (
            <tr key={labels[truth]}>
              <th scope="row">{labels[truth]}</th>
              {row.map((count, predicted) => (
                <Cell
                  key={labels[predicted]}
                  count={count}
                  share={count / most}
                  isRight={truth === predicted}
                  names={[labels[truth]!, labels[predicted]!]}
                  cell={cell}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Cell(props: {
  count: number;
  share: number;
  isRight: boolean;
  names: readonly [string, string];
  cell: Signal<readonly [string, string] | null>;
}) {
  const { count, share, isRight, names, cell } = props;
  if (count === 0) return <td class="zero">0</td>;
  const [label, predicted] = names;
  const isChosen = cell.value?.[0] === label && cell.value[1] === predicted;
  return (
    <td>
      <button
        type="button"
        class={isRight ? 'right' : 'wrong'}
        style={{ '--share': String(share) }}
        aria-pressed={isChosen}
        aria-label={`${count} of ${label} ${isRight ? 'recognized' : `taken for ${predicted}`}`}
        onClick={() => {
          cell.value = isChosen ? null : names;
        }}
      >
        {count}
      </button>
    </td>
  );
}
