import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { seconds } from '../../export/page/page-words.js';
import type { ClipState } from '../messages.js';
import { mediaUrl, stripUrl } from './clip-card.js';
import { Dialog } from './dialog.js';
import { change } from './project.js';
import { Said } from './said.js';
import { MoveTo } from './selection.js';

/** A clip to be watched, trimmed, moved or deleted. */
export function ClipDialog(props: { clip: ClipState; label: string; onClose: () => void }) {
  const { clip, label, onClose } = props;
  const closeAfter = async (made: Promise<boolean>) => {
    if (await made) onClose();
  };
  return (
    <Dialog title={clip.name} onClose={onClose} isWide>
      {clip.problem === null ? (
        <Player clip={clip} onTrimmed={onClose} />
      ) : (
        <p class="message bad">
          <Said text={clip.problem} />
        </p>
      )}
      <p class="quiet">
        In “{label}”. {clip.take === null ? '' : `From the recording ${clip.take}. `}
        {sameText(clip)}
      </p>
      <div class="actions">
        <MoveTo
          name="Move to"
          without={label}
          onMove={(to) => closeAfter(change('/api/clips/move', { ids: [clip.id], label: to }))}
        />
        <button type="button" onClick={() => closeAfter(change('/api/clips/remove', { ids: [clip.id] }))}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}

/** Clips that are named; where a camera stands still, many look alike. */
const MOST_NAMED = 3;

function sameText({ same }: ClipState): string {
  const named = same.slice(0, MOST_NAMED).map(({ name, label }) => `${name} in “${label}”`);
  if (named.length === 0) return '';
  const more = same.length > named.length ? ` and ${same.length - named.length} more` : '';
  return `Looks like ${named.join(', ')}${more}.`;
}

const STEP = 0.05;

function Player({ clip, onTrimmed }: { clip: ClipState; onTrimmed: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const isPlayable = useSignal(!clip.isFolder);
  // So that the slider reaches the end.
  const length = Math.ceil((clip.seconds ?? 0) / STEP) * STEP;
  const start = useSignal(0);
  const end = useSignal(length);
  const isBusy = useSignal(false);
  const show = (time: number) => {
    if (video.current) video.current.currentTime = time;
  };
  const trim = async () => {
    isBusy.value = true;
    const part = { startSeconds: start.value, endSeconds: end.value };
    const isTrimmed = await change(`/api/clips/${clip.id}/trim`, part);
    isBusy.value = false;
    if (isTrimmed) onTrimmed();
  };
  return (
    <>
      {isPlayable.value ? (
        <video
          ref={video}
          src={mediaUrl(clip)}
          controls
          muted
          loop
          playsInline
          onError={() => {
            isPlayable.value = false;
          }}
        />
      ) : (
        <img class="whole-strip" src={stripUrl(clip)} alt={`Five frames of ${clip.name}`} />
      )}
      {length > 0 && !clip.isFolder && (
        <fieldset class="trim">
          <legend>Trim</legend>
          <Bound
            name="Start"
            value={start.value}
            most={length}
            onChange={(value) => {
              start.value = Math.min(value, end.value - STEP);
              show(start.value);
            }}
          />
          <Bound
            name="End"
            value={end.value}
            most={length}
            onChange={(value) => {
              end.value = Math.max(value, start.value + STEP);
              show(end.value);
            }}
          />
          <button
            type="button"
            disabled={isBusy.value || (start.value === 0 && end.value === length)}
            onClick={trim}
          >
            {isBusy.value ? 'Trimming…' : `Keep ${seconds(end.value - start.value)}`}
          </button>
        </fieldset>
      )}
    </>
  );
}

function Bound(props: { name: string; value: number; most: number; onChange: (value: number) => void }) {
  const { name, value, most, onChange } = props;
  return (
    <label class="bound">
      <span>
        {name} {seconds(value)}
      </span>
      <input
        type="range"
        min={0}
        max={most}
        step={STEP}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </label>
  );
}
