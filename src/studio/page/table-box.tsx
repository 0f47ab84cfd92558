import type { ComponentChildren } from 'preact';

/** Around a table that may be wider than the page: it scrolls by itself, by keyboard, too. */
export function TableBox({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable.
    <section class="table-box" tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}
