import { type Signal, useSignal } from '@preact/signals';
import { seconds } from '../../export/page/page-words.js';
import type { ClipState } from '../messages.js';

export const stripUrl = ({ id, version }: { id: string; version: string }): string =>
  `/api/clips/${id}/strip?v=${version}`;

export const mediaUrl = ({ id, version }: { id: string; version: string }): string =>
  `/api/clips/${id}/media?v=${version}`;

/** A clip among others of its class. */
export function ClipCard(props: {
  clip: ClipState;
  label: string;
  /** Number of the recording session within the class; null for a clip that is alone in its own. */
  session: number | null;
  chosen: Signal<ReadonlySet<string>>;
  onOpen: (clip: ClipState) => void;
}) {
  const { clip, label, session, chosen, onOpen } = props;
  const isChosen = chosen.value.has(clip.id);
  return (
    <li class={isChosen ? 'clip chosen' : 'clip'}>
      <button type="button" class="strip" aria-label={`Open ${clip.name}`} onClick={() => onOpen(clip)}>
        {clip.problem === null ? <Strip key={clip.version} clip={clip} /> : <NoStrip />}
      </button>
      <label class="clip-line">
        <input
          type="checkbox"
          checked={isChosen}
          onChange={({ currentTarget }) => {
            const ids = new Set(chosen.value);
            if (currentTarget.checked) ids.add(clip.id);
            else ids.delete(clip.id);
            chosen.value = ids;
          }}
        />
        <span class="clip-name">{clip.name}</span>
        {session !== null && (
          <span class="session" title={`Recorded together: ${clip.take}`}>
            <span class="unseen">session </span>
            {session}
          </span>
        )}
        {clip.seconds !== null && !clip.isFolder && <span class="quiet">{seconds(clip.seconds)}</span>}
      </label>
      <Flags clip={clip} label={label} />
    </li>
  );
}

/** Asked for once more where it did not come: while classes are changed, a clip may be elsewhere for a moment. */
function Strip({ clip }: { clip: ClipState }) {
  const failures = useSignal(0);
  if (failures.value > 1) return <NoStrip />;
  return (
    <img
      key={failures.value}
      src={`${stripUrl(clip)}${failures.value === 0 ? '' : '&again=1'}`}
      alt=""
      loading="lazy"
      width={480}
      height={96}
      onError={() => {
        failures.value += 1;
      }}
    />
  );
}

const NoStrip = () => <span class="no-strip">No preview</span>;

function Flags({ clip, label }: { clip: ClipState; label: string }) {
  // The worst of each kind is enough.
  const byKind = [...clip.same].sort((one, another) => Number(another.isFile) - Number(one.isFile));
  const other = byKind.find((each) => each.label !== label);
  const copy = byKind.find((each) => each.label === label);
  return (
    <>
      {clip.problem !== null && <p class="flag bad">Cannot be read</p>}
      {other && (
        <p class={other.isFile ? 'flag bad' : 'flag warn'}>
          {other.isFile
            ? `Also in “${other.label}”: one of the two is wrong`
            : `Looks like ${other.name} in “${other.label}”`}
        </p>
      )}
      {copy && !other && (
        <p class="flag warn">{copy.isFile ? `A copy of ${copy.name}` : `Looks like ${copy.name}`}</p>
      )}
    </>
  );
}
