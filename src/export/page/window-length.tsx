import type { Signal } from '@preact/signals';

const SECONDS = [1, 2, 3, 5];

/** How many of the camera's last seconds are classified together. */
export function WindowLength({ length }: { length: Signal<number> }) {
  return (
    <label class="inline">
      <span>Look at the last</span>
      <select
        value={length.value}
        onChange={({ currentTarget }) => {
          length.value = Number(currentTarget.value);
        }}
      >
        {SECONDS.map((seconds) => (
          <option key={seconds} value={seconds}>
            {seconds} s
          </option>
        ))}
      </select>
    </label>
  );
}
