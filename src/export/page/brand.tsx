/** Three frames, the middle one larger, and the name of the page's model or project. */
export function Brand({ name }: { name: string }) {
  return (
    <p class="brand">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <rect x="2" y="5" width="4" height="14" rx="1" />
        <rect x="9" y="5" width="6" height="14" rx="1" />
        <rect x="18" y="5" width="4" height="14" rx="1" />
      </svg>
      <span>{name}</span>
    </p>
  );
}
