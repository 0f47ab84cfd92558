import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, failure, words } from './project.js';

/**
 * What the server says at an address; null until it does. It is asked again when the address or `version` changes; only
 * for another address is the answer before taken away.
 */
export function useAnswer<T>(path: string | undefined, version = ''): T | null {
  const known = useSignal<{ path: string; value: T } | null>(null);
  useEffect(() => {
    if (path === undefined) return;
    let isWanted = true;
    ask<T>(path).then((asked) => {
      if (!isWanted) return;
      if (asked.kind === 'answer') known.value = { path, value: asked.value };
      else failure.value = words(asked);
    });
    return () => {
      isWanted = false;
    };
  }, [path, version]);
  return known.value !== null && known.value.path === path ? known.value.value : null;
}
