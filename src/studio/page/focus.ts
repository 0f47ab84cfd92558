// Where the focus goes when what had it is taken away. Whoever uses the keyboard would begin at the top of the page.

/** Gives it back to an element, or to the heading of the screen where that is gone. Nothing is done while something has it. */
export function focusAgain(element: Element | null): void {
  if (document.activeElement !== document.body) return;
  const isThere = element instanceof HTMLElement && element.isConnected && element !== document.body;
  const target = isThere ? element : document.querySelector<HTMLElement>('main h1');
  target?.focus();
}

/** Shows something else, which may be without what has the focus. A dialog that is closed sees to that itself. */
export function keepFocus(show: () => void): void {
  const before = document.activeElement;
  show();
  if (before !== document.body && !before?.closest('dialog')) setTimeout(() => focusAgain(before));
}
