/** Lets text through up to where it says a certain thing, which is not part of it. */
export interface StopBefore {
  /** What of the text so far is sure to stand before that, and whether it was said. */
  push(text: string): { readonly text: string; readonly isOver: boolean };
  /** What was held back since it might have been the beginning. */
  rest(): string;
}

/** @param stop empty: everything is let through at once. */
export function stopBefore(stop: string): StopBefore {
  let held = '';
  return {
    push: (text) => {
      if (stop === '') return { text, isOver: false };
      held += text;
      const found = held.indexOf(stop);
      const end = found === -1 ? held.length - beginningAtEnd(held, stop) : found;
      const sure = held.slice(0, end);
      held = found === -1 ? held.slice(end) : '';
      return { text: sure, isOver: found !== -1 };
    },
    rest: () => held,
  };
}

/** The most characters at the end of a text that another one begins with, but not all of it. */
function beginningAtEnd(text: string, other: string): number {
  let length = Math.min(text.length, other.length - 1);
  while (length > 0 && !other.startsWith(text.slice(-length))) length -= 1;
  return length;
}
