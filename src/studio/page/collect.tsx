import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { clipsIn } from '../../export/page/given-clips.js';
import { counted } from '../../export/page/page-words.js';
import { readDrop } from '../../export/page/read-drop.js';
import type { ClassState, ClipState } from '../messages.js';
import { ClipCard } from './clip-card.js';
import { ClipDialog } from './clip-dialog.js';
import { confirmed } from './dialog.js';
import { openedClip, recordingFor, renaming } from './opened.js';
import { change, failure, labels, say, state } from './project.js';
import { Recorder } from './recorder.js';
import { Rename } from './rename.js';
import { chosen, Selection } from './selection.js';
import { dropId, type Given, Together, takeIn } from './together.js';
import { Uploads } from './uploads-list.js';
import { Warnings } from './warnings.js';

/** Classes side by side, with their clips. */
export function Collect() {
  const { classes, check } = state.value!; // App shows it once there is one
  const clip = classes.flatMap(({ clips }) => clips).find(({ id }) => id === openedClip.value?.id);
  const label = classes.find(({ clips }) => clips.some(({ id }) => id === openedClip.value?.id))?.label;
  return (
    <>
      <div class="lead">
        <h2>What should your model tell apart?</h2>
        <p>
          Make a class for each answer, and record or drop about ten clips into each. Change people, places
          and light between recordings: the test is honest only if it shows something new.
        </p>
        <p class={check.problem === null ? 'ready' : 'todo'}>
          {check.problem ?? 'There are enough clips to train on.'}
          {check.isChecking && <span class="quiet"> Checking new clips…</span>}
        </p>
        <Warnings />
      </div>
      <Uploads />
      <div class="classes">
        {classes.map((each) => (
          <ClassColumn key={each.label} {...each} />
        ))}
        <NewClass />
      </div>
      <Bin />
      <Selection />
      <Together />
      {recordingFor.value !== null && (
        <Recorder
          label={recordingFor.value}
          onClose={() => {
            recordingFor.value = null;
          }}
        />
      )}
      {renaming.value !== null && <Rename label={renaming.value} />}
      {clip && label !== undefined && (
        <ClipDialog
          clip={clip}
          label={label}
          onClose={() => {
            openedClip.value = null;
          }}
        />
      )}
    </>
  );
}

const openClip = ({ id, name }: ClipState) => {
  openedClip.value = { id, name };
};

function ClassColumn({ label, clips, groups }: ClassState) {
  const id = useId();
  const takes = [...new Set(clips.flatMap(({ take }) => take ?? []))];
  const drop = useDropTarget(async (data) => takeIn([{ label, clips: clipsIn(await readDrop(data)) }]));
  return (
    <section
      class={`class-column ${drop.isOver.value ? 'over' : ''}`}
      aria-labelledby={id}
      {...drop.handlers}
    >
      <div class="class-head">
        <h3 id={id}>{label}</h3>
        <ClassChanges label={label} />
        <p class="quiet">
          {counted(clips.length, 'clip')}
          {clips.length > 0 && `, ${counted(groups, 'recording')}`}
        </p>
      </div>
      <ClassActions label={label} />
      {clips.length === 0 ? (
        <p class="empty">Drop videos here, or folders of them.</p>
      ) : (
        <ul class="clips">
          {clips.map((clip) => (
            <ClipCard
              key={clip.id}
              clip={clip}
              label={label}
              session={clip.take === null ? null : 1 + takes.indexOf(clip.take)}
              chosen={chosen}
              onOpen={openClip}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function ClassActions({ label }: { label: string }) {
  return (
    <div class="actions">
      <button
        type="button"
        class="main"
        onClick={() => {
          recordingFor.value = label;
        }}
      >
        Record<span class="unseen"> {label}</span>
      </button>
      <label class="button">
        Add files<span class="unseen"> to {label}</span>
        <input
          type="file"
          multiple
          accept="video/*,image/*,.mkv,.zip"
          onChange={({ currentTarget }) => {
            const files = [...(currentTarget.files ?? [])];
            takeIn([{ label, clips: clipsIn({ files, folders: [] }) }]);
            currentTarget.value = '';
          }}
        />
      </label>
    </div>
  );
}

function ClassChanges({ label }: { label: string }) {
  return (
    <div class="changes">
      <button
        type="button"
        class="plain"
        aria-label={`Rename ${label}`}
        onClick={() => {
          renaming.value = label;
        }}
      >
        Rename
      </button>
      <button
        type="button"
        class="plain"
        aria-label={`Remove ${label}`}
        onClick={() => change('/api/classes/remove', { label })}
      >
        Remove
      </button>
    </div>
  );
}

function NewClass() {
  const drop = useDropTarget(async (data) => {
    const given: Given[] = [];
    const id = dropId();
    const { files, folders } = await readDrop(data);
    const [loose] = files;
    if (loose) {
      failure.value = `${loose.name} is in no folder. Drop it onto a class, or drop a folder, which becomes one.`;
    }
    for (const folder of folders) {
      const { name: label } = folder;
      const isThere = labels.value.includes(label) || (await change('/api/classes', { label, drop: id }));
      if (isThere) given.push({ label, clips: clipsIn(folder) });
    }
    takeIn(given, id);
  });
  return (
    <form
      class={`new-class ${drop.isOver.value ? 'over' : ''}`}
      {...drop.handlers}
      onSubmit={async (event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const label = String(new FormData(form).get('label')).trim();
        if (await change('/api/classes', { label })) {
          say(`Added the class “${label}”`);
          form.reset();
        }
      }}
    >
      <label>
        New class
        <input name="label" required maxLength={60} placeholder="such as jump" autocomplete="off" />
      </label>
      <button type="submit">Add class</button>
      <p class="quiet">Or drop folders here: each becomes a class.</p>
    </form>
  );
}

function Bin() {
  const { bin } = state.value!; // as in Collect
  if (bin.length === 0) return null;
  return (
    <details class="bin">
      <summary>Bin ({bin.length})</summary>
      <ul>
        {bin.map(({ id, label, name }) => (
          <li key={id}>
            <span>
              {name} <span class="quiet">from {label}</span>
            </span>
            <button
              type="button"
              aria-label={`Put back ${name}`}
              onClick={() => change(`/api/bin/${id}/restore`)}
            >
              Put back
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() =>
          confirmed(`Delete ${counted(bin.length, 'clip')} permanently?`, () => change('/api/bin/empty'))
        }
      >
        Empty the bin
      </button>
    </details>
  );
}

/** Where files can be dropped. */
function useDropTarget(take: (data: DataTransfer) => Promise<void>) {
  const isOver = useSignal(false);
  return {
    isOver,
    handlers: {
      onDragOver: (event: DragEvent) => {
        event.preventDefault();
        isOver.value = true;
      },
      onDragLeave: () => {
        isOver.value = false;
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        isOver.value = false;
        if (event.dataTransfer) void take(event.dataTransfer);
      },
    },
  };
}
