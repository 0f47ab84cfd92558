import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Brand } from '../../export/page/brand.js';
import { Collect } from './collect.js';
import { Judge } from './judge.js';
import { Notice } from './notice.js';
import { change, failure, isAway, say, state } from './project.js';
import { judged } from './run-choice.js';
import { Said } from './said.js';
import { TakeAway } from './take-away.js';
import { Train } from './train.js';
import { Try } from './try.js';

interface Screen {
  readonly title: string;
  readonly view: ComponentType;
}

const SCREENS = {
  collect: { title: 'Collect', view: Collect },
  train: { title: 'Train', view: Train },
  judge: { title: 'Judge', view: Judge },
  try: { title: 'Try', view: Try },
  'take-away': { title: 'Take away', view: TakeAway },
} satisfies Record<string, Screen>;

type ScreenName = keyof typeof SCREENS;

const isScreen = (name: string): name is ScreenName => Object.hasOwn(SCREENS, name);

/** Where clips are changed, and so changes are taken back. */
const CHANGES_CLIPS: readonly ScreenName[] = ['collect', 'judge'];

const current = signal<ScreenName>('collect');

/** `#judge/run-1` is a screen and the run that it is about. */
function readLocation(): void {
  const [name = '', run] = location.hash.slice(1).split('/');
  const screen = isScreen(name) ? name : 'collect';
  // What went wrong elsewhere was read before somebody went on.
  if (screen !== current.value) failure.value = null;
  current.value = screen;
  if (run !== undefined) judged.value = nameIn(run);
}

/** An address that somebody typed may hold what names no run. */
function nameIn(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

readLocation();
addEventListener('hashchange', readLocation);

export function App() {
  const { title, view: View } = SCREENS[current.value];
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – Clipstep Studio`;
    // Where somebody has gone to another screen, a screen reader begins there.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [title]);
  return (
    <>
      <Header />
      <main>
        <h1 ref={heading} tabIndex={-1} class="unseen">
          {title}
        </h1>
        <Away />
        <RecipeProblem />
        <Failure />
        {state.value ? <View /> : <p class="quiet">Opening the project…</p>}
      </main>
      <Notice />
    </>
  );
}

function Header() {
  return (
    <header class="top">
      <Brand name={state.value?.name ?? 'Clipstep'} />
      <nav aria-label="Steps">
        <ol>
          {Object.entries(SCREENS).map(([name, { title }]) => (
            <li key={name}>
              <a href={`#${name}`} aria-current={current.value === name ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      {CHANGES_CLIPS.includes(current.value) && <Undo />}
    </header>
  );
}

function Undo() {
  const title = state.value?.undo ?? null;
  return (
    <button
      type="button"
      class="undo"
      disabled={title === null}
      aria-label={title === null ? 'Undo: nothing to undo' : `Undo: ${title}`}
      onClick={async () => {
        if (await change('/api/undo')) say(`Undone: ${title}`);
      }}
    >
      Undo<span class="wide-only">{title === null ? '' : `: ${title}`}</span>
    </button>
  );
}

function Away() {
  if (!isAway.value) return null;
  return (
    <div class="message bad" role="alert">
      <p>
        The studio is not running. Your clips and models are safe in their folder. Start it again with{' '}
        <code>clipstep studio</code> and open the address that it prints.
      </p>
    </div>
  );
}

/** Somebody has the recipe in an editor, and looks here for what it does. */
function RecipeProblem() {
  const problem = state.value?.recipe.problem ?? null;
  if (problem === null) return null;
  return (
    <div class="message bad" role="alert">
      <p>
        The recipe cannot be used as it is. Trainings wait until it is fixed; this page sees that by itself.
      </p>
      <p class="lines">
        <Said text={`${problem.message}\n${problem.fix}`} />
      </p>
    </div>
  );
}

function Failure() {
  if (failure.value === null) return null;
  return (
    <div class="message bad" role="alert">
      <p class="lines">
        <Said text={failure.value} />
      </p>
      <button
        type="button"
        onClick={() => {
          failure.value = null;
        }}
      >
        Close
      </button>
    </div>
  );
}
