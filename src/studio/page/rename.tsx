import { useSignal } from '@preact/signals';
import { Dialog } from './dialog.js';
import { renaming } from './opened.js';
import { change } from './project.js';

/** Another name for a class. What is refused is said on the page below. */
export function Rename({ label }: { label: string }) {
  const name = useSignal(label);
  const close = () => {
    renaming.value = null;
  };
  return (
    <Dialog title={`Rename “${label}”`} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          close();
          const to = name.value.trim();
          if (to !== label) void change('/api/classes/rename', { label, to });
        }}
      >
        <label>
          Name
          <input
            type="text"
            value={label}
            required
            maxLength={60}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              name.value = currentTarget.value;
            }}
          />
        </label>
        <div class="actions">
          <button type="submit" class="main">
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}
