import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { notice } from './project.js';

/** Long enough to be read twice. */
const LEAST_MILLISECONDS = 6000;
const MILLISECONDS_PER_LETTER = 120;

/** What was done last. It goes away by itself, but not while somebody points at it or has the focus in it. */
export function Notice() {
  const isHeld = useSignal(false);
  const said = notice.value;
  useEffect(() => {
    if (!said || isHeld.value) return;
    const time = Math.max(LEAST_MILLISECONDS, MILLISECONDS_PER_LETTER * said.text.length);
    const timer = setTimeout(close, time);
    return () => clearTimeout(timer);
  }, [said, isHeld.value]);
  const hold = () => {
    isHeld.value = true;
  };
  const release = () => {
    isHeld.value = false;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only waits while somebody reads it.
    <div
      class={said ? 'notice' : 'unseen'}
      onMouseEnter={hold}
      onMouseLeave={release}
      onFocusIn={hold}
      onFocusOut={release}
    >
      <p role="status">{said?.text}</p>
      {said && (
        <button type="button" class="plain" aria-label="Close the message" onClick={close}>
          ✕
        </button>
      )}
    </div>
  );
}

function close(): void {
  notice.value = null;
}
