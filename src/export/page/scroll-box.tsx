import type { ComponentChildren } from 'preact';

/** Around what may be larger than its place: it scrolls by itself, by keyboard, too. */
export function ScrollBox(props: { name: string; kind: 'table-box' | 'card'; children: ComponentChildren }) {
  const { name, kind, children } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: Safari lets nobody scroll by keyboard what takes no focus.
    <section class={kind} tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}
