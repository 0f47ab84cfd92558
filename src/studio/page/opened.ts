// What a dialog is open for. Where that goes away, as other windows may move, rename and delete, the dialog does, too.
import { effect, signal } from '@preact/signals';
import { labels, say, state } from './project.js';

/** The clip that is looked at. */
export const openedClip = signal<{ readonly id: string; readonly name: string } | null>(null);

/** The class that is recorded for. */
export const recordingFor = signal<string | null>(null);

/** The class that is being renamed. */
export const renaming = signal<string | null>(null);

/** Whether this window is about to put another file in place of the clip. */
const isReplaced = signal(false);

/** Does what may give the opened clip another id, and closes it where that was done. */
export async function replaceOpened(work: () => Promise<boolean>): Promise<void> {
  isReplaced.value = true;
  if (await work()) openedClip.value = null;
  isReplaced.value = false;
}

effect(() => {
  const clip = openedClip.value;
  if (!clip || !state.value || isReplaced.value) return;
  if (state.value.classes.some(({ clips }) => clips.some(({ id }) => id === clip.id))) return;
  openedClip.value = null;
  say(`${clip.name} is no longer there: it was moved or deleted in another window.`);
});

effect(() => {
  for (const dialog of [recordingFor, renaming]) {
    const label = dialog.value;
    if (label === null || !state.value || labels.value.includes(label)) continue;
    dialog.value = null;
    say(`The class “${label}” is no longer there: it was renamed or removed in another window.`);
  }
});
