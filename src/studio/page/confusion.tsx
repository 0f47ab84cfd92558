import type { Signal } from '@preact/signals';
import { ScrollBox } from '../../export/page/scroll-box.js';
import type { RunResult } from '../messages.js';

/** True classes by rows, most probable ones by columns; a number that is not 0 can be chosen. */
export function Confusion(props: { result: RunResult; cell: Signal<readonly [string, string] | null> }) {
  const { result, cell } = props;
  const { labels, confusion } = result;
  const most = confusion.flat().reduce((highest, count) => Math.max(highest, count), 1);
  return (
    <ScrollBox kind="table-box" name="Counts of the tested clips">
      <table class="confusion">
        <caption class="unseen">
          Counts of the tested clips: rows are their classes, columns the most probable classes
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
                  unknown={unknownOf(result, [labels[truth]!, labels[predicted]!])}
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

/** Of the clips of a cell, those that the model calls unknown. */
const unknownOf = ({ answers }: RunResult, [truth, predicted]: readonly [string, string]): number =>
  answers.filter((each) => each.label === truth && each.predicted === predicted && each.unknown !== null)
    .length;

function Cell(props: {
  count: number;
  unknown: number;
  share: number;
  isRight: boolean;
  names: readonly [string, string];
  cell: Signal<readonly [string, string] | null>;
}) {
  const { count, unknown, share, isRight, names, cell } = props;
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
        onClick={() => {
          cell.value = isChosen ? null : names;
        }}
      >
        {count}
        <span class="unseen">
          {' '}
          of {label} {isRight ? 'recognized' : `taken for ${predicted}`}
        </span>
        {unknown > 0 && <small>{unknown} unknown</small>}
      </button>
    </td>
  );
}
