import { percent } from './page-words.js';

/** Classes that have a bar; the others have next to nothing. */
const MOST_BARS = 5;

/** How probable classes are. */
export function Bars(props: {
  /** That is the answer; null for none. */
  label: string | null;
  /** The most probable first. */
  top: ReadonlyArray<{ readonly label: string; readonly probability: number }>;
}) {
  return (
    <ul class="bars">
      {props.top.slice(0, MOST_BARS).map(({ label, probability }) => (
        <li key={label} class={label === props.label ? 'own' : ''}>
          <span>{label}</span>
          <span class="bar" aria-hidden="true">
            <span class="fill" style={{ width: `${100 * probability}%` }} />
          </span>
          <span class="value">{percent(probability)}</span>
        </li>
      ))}
    </ul>
  );
}
