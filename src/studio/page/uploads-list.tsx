import { counted } from '../../export/page/page-words.js';
import { Said } from './said.js';
import { discard, sendAgain, uploads } from './uploads.js';

/** Clips that are on their way, and those that could not be saved: nothing is lost while they are listed. */
export function Uploads() {
  const failed = uploads.value.filter(({ problem }) => problem !== null);
  const waiting = uploads.value.length - failed.length;
  if (uploads.value.length === 0) return null;
  return (
    <div class={failed.length > 0 ? 'message bad' : 'message'} role="status">
      {waiting > 0 && <p>Saving {counted(waiting, 'clip')}…</p>}
      {failed.length > 0 && (
        <ul class="failed">
          {failed.map((upload) => {
            const name = upload.name ?? 'The recording';
            return (
              <li key={upload.id}>
                <p>
                  <strong>
                    {name} ({upload.label}) is not saved.
                  </strong>{' '}
                  <Said text={upload.problem ?? ''} />
                </p>
                <button type="button" aria-label={`Save again: ${name}`} onClick={() => sendAgain(upload)}>
                  Save again
                </button>
                <button type="button" aria-label={`Discard: ${name}`} onClick={() => discard(upload)}>
                  Discard
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
