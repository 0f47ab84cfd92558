import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { focusAgain } from './focus.js';

/**
 * A window above the page, which Escape closes. The first control in it has the focus, a text all of it, and what opened the
 * window has it again afterwards.
 */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  isWide?: boolean;
  children: ComponentChildren;
}) {
  const { title, onClose, isWide = false, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    focusFirst(body.current);
    return () => {
      // What opened it may be gone with what was done in it.
      setTimeout(() => focusAgain(opener));
    };
  }, []);
  return (
    <dialog ref={dialog} class={isWide ? 'wide' : ''} aria-labelledby={id} onClose={onClose}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </div>
      <div ref={body} class="dialog-body">
        {children}
      </div>
    </dialog>
  );
}

const CONTROLS = 'button, input, select, video[controls]';

function focusFirst(body: HTMLElement | null): void {
  const first = body?.querySelector<HTMLElement>(CONTROLS);
  first?.focus();
  if (first instanceof HTMLInputElement && first.type === 'text') first.select();
}

/** Asks once more before something is done that cannot be undone. */
export function confirmed(question: string, work: () => void): void {
  if (confirm(question)) work();
}
