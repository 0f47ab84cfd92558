import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { seconds } from '../../export/page/page-words.js';
import type { ClipState } from '../messages.js';
import { ClipPlayer } from './clip-player.js';
import { Dialog } from './dialog.js';
import { replaceOpened } from './opened.js';
import { change } from './project.js';
import { Said } from './said.js';
import { MoveTo } from './selection.js';

/** A clip to be watched, trimmed, moved or deleted. What is refused is said on the page below. */
export function ClipDialog(props: { clip: ClipState; label: string; onClose: () => void }) {
  const { clip, label, onClose } = props;
  const closeFor = (path: string, body: object) => {
    onClose();
    void change(path, { ids: [clip.id], ...body });
  };
  return (
    <Dialog title={clip.name} onClose={onClose} isWide>
      {clip.problem === null ? (
        <Player clip={clip} />
      ) : (
        <p class="message bad">
          <Said text={clip.problem} />
        </p>
      )}
      <p class="quiet">
        In “{label}”. {clip.take === null ? '' : `Recorded in the session ${clip.take}. `}
        {sameText(clip)}
      </p>
      <div class="actions">
        <MoveTo name="Move to" without={label} onMove={(to) => closeFor('/api/clips/move', { label: to })} />
        <button type="button" onClick={() => closeFor('/api/clips/remove', {})}>
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

function Player({ clip }: { clip: ClipState }) {
  const video = useRef<HTMLVideoElement>(null);
  const hasLength = clip.seconds !== null && clip.seconds > 0 && !clip.isFolder;
  return (
    <>
      <ClipPlayer clip={clip} player={video} />
      {hasLength && (
        <Trim
          clip={clip}
          // So that the slider reaches the end.
          length={Math.ceil((clip.seconds ?? 0) / STEP) * STEP}
          onShow={(time) => {
            if (video.current) video.current.currentTime = time;
          }}
        />
      )}
    </>
  );
}

function Trim(props: { clip: ClipState; length: number; onShow: (time: number) => void }) {
  const { clip, length, onShow } = props;
  const start = useSignal(0);
  const end = useSignal(length);
  const isBusy = useSignal(false);
  const trim = async () => {
    isBusy.value = true;
    const part = { startSeconds: start.value, endSeconds: end.value };
    await replaceOpened(() => change(`/api/clips/${clip.id}/trim`, part));
    isBusy.value = false;
  };
  return (
    <fieldset class="trim">
      <legend>Trim</legend>
      <Bound
        name="Start"
        value={start.value}
        most={length}
        onChange={(value) => {
          start.value = Math.min(value, end.value - STEP);
          onShow(start.value);
        }}
      />
      <Bound
        name="End"
        value={end.value}
        most={length}
        onChange={(value) => {
          end.value = Math.max(value, start.value + STEP);
          onShow(end.value);
        }}
      />
      <button
        type="button"
        disabled={isBusy.value || (start.value === 0 && end.value === length)}
        onClick={trim}
      >
        {isBusy.value ? 'Trimming…' : `Trim to ${seconds(end.value - start.value)}`}
      </button>
    </fieldset>
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
