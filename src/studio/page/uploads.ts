// Clips on their way to the server. What could not be saved stays here until it is, or is discarded.
import { signal } from '@preact/signals';
import { downloadZip } from 'client-zip';
import type { GivenClip } from '../../export/page/given-clips.js';
import { ask, refresh, say, words } from './project.js';

export interface Upload {
  readonly id: number;
  readonly label: string;
  readonly body: Blob;
  /** Absent for a recording. */
  readonly name?: string | undefined;
  /** The recording session that it is from. */
  readonly take?: string | undefined;
  /** What it was dropped with, and is taken back with. */
  readonly drop?: string | undefined;
  /** Why it could not be saved; null while it is on its way. */
  readonly problem: string | null;
}

export const uploads = signal<readonly Upload[]>([]);

let lastId = 0;
let line: Promise<void> = Promise.resolve();

/** Sends clips one after the other. */
export function send(clip: Omit<Upload, 'id' | 'problem'>): void {
  lastId += 1;
  const upload = { ...clip, id: lastId, problem: null };
  uploads.value = [...uploads.value, upload];
  line = line.then(() => deliver(upload));
}

export function sendAgain(upload: Upload): void {
  update(upload.id, { problem: null });
  line = line.then(() => deliver(upload));
}

export function discard({ id }: Upload): void {
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
}

async function deliver(upload: Upload): Promise<void> {
  const { label, name, take, drop, body } = upload;
  const query = new URLSearchParams({ label });
  if (name !== undefined) query.set('name', name);
  if (take !== undefined) query.set('take', take);
  if (drop !== undefined) query.set('drop', drop);
  const asked = await ask(`/api/clips?${query}`, { method: 'POST', body });
  if (asked.kind === 'refused') {
    update(upload.id, { problem: words(asked) });
    return;
  }
  discard(upload);
  say(`Saved a clip of “${label}”`);
  await refresh();
}

function update(id: number, change: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
}

/** Whether a page that is left now would lose something. */
addEventListener('beforeunload', (event) => {
  if (uploads.value.length > 0) event.preventDefault();
});

/** Sends a clip that was chosen or dropped. */
export async function sendGiven(
  clip: GivenClip,
  place: Pick<Upload, 'label' | 'take' | 'drop'>,
): Promise<void> {
  const { name, files, isPictures } = clip;
  if (isPictures) send({ ...place, name: `${name}.zip`, body: await downloadZip(files).blob() });
  else for (const file of files) send({ ...place, name, body: file });
}
