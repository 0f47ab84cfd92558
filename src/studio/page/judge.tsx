import { useSignal } from '@preact/signals';
import { counted, percent, unknownText } from '../../export/page/page-words.js';
import type { BaselineFigure, ClipAnswer, RunResult, TestResult } from '../messages.js';
import { stripUrl } from './clip-card.js';
import { ClipPlayer } from './clip-player.js';
import { Confusion } from './confusion.js';
import { Curves } from './curves.js';
import { change, clipsVersion } from './project.js';
import { chosenRun, NoModel, RunChoice } from './run-choice.js';
import { MoveTo } from './selection.js';
import { useAnswer } from './use-answer.js';

/** How good a model is, and what would make it better. */
export function Judge() {
  const run = chosenRun.value;
  const name = run?.name;
  const result = useAnswer<RunResult>(name && `/api/runs/${encodeURIComponent(name)}`, clipsVersion.value);
  if (!run) return <NoModel />;
  if (!result) return <p class="quiet">Reading the results…</p>;
  return (
    <>
      <RunChoice />
      <Figure result={result} />
      <Answers key={name} result={result} />
      <Advice advice={result.advice} />
      <section>
        <h2>How it learned</h2>
        <Curves epochs={result.epochs} />
        {result.hasReport && (
          <p>
            <a href={`/api/runs/${encodeURIComponent(run.name)}/report`} target="_blank" rel="noreferrer">
              The full report
            </a>{' '}
            <span class="quiet">opens in a new tab.</span>
          </p>
        )}
      </section>
    </>
  );
}

function Figure({ result: { test, baselines, sentences } }: { result: RunResult }) {
  if (!test) {
    return (
      <div class="lead">
        <h2>Not tested</h2>
        <p>The pipeline sets no clips aside for a test (split.test).</p>
      </div>
    );
  }
  const [low, high] = test.interval;
  return (
    <section class="figure panel">
      <h2 class="number">
        {percent(test.accuracy)} <span>right on clips that it had not seen</span>
      </h2>
      <p>
        Tested on {counted(test.examples, 'clip')}: the true figure may be anything from {percent(low)} to{' '}
        {percent(high)} <span class="quiet">(95 % interval, {test.method})</span>.
      </p>
      <Answered {...test} />
      <h3>Compared with simpler models</h3>
      <ul class="bars">
        {[...baselines].reverse().map((each) => (
          <BaselineBar key={each.name} {...each} />
        ))}
      </ul>
      {sentences.map((sentence) => (
        <p key={sentence} class="quiet">
          {sentence}
        </p>
      ))}
    </section>
  );
}

/** The figure counts a class for each clip; here is what the model says where it may say unknown. */
function Answered({ examples, answered, rightOfAnswered }: TestResult) {
  if (answered === examples)
    return <p>It is sure enough to name a class for each of them, and calls none unknown.</p>;
  return (
    <p>
      The figure takes the most probable class of each clip. In use, as under Try, the model says unknown when
      it is unsure, or sees something unlike its clips: it names a class for {answered} of these{' '}
      {counted(examples, 'clip')}
      {answered > 0 && ` (${rightOfAnswered} right)`}, and calls the other {examples - answered} unknown.
    </p>
  );
}

function BaselineBar({ name, isNetwork, accuracy, interval: [low, high] }: BaselineFigure) {
  return (
    <li class={isNetwork ? 'own' : ''}>
      <span>{name}</span>
      <span class="bar" aria-hidden="true">
        <span class="fill" style={{ width: `${100 * accuracy}%` }} />
        <span class="range" style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
      </span>
      <span class="value">
        {percent(accuracy)}
        <span class="unseen">
          , interval {percent(low)} to {percent(high)}
        </span>
      </span>
    </li>
  );
}

function Answers({ result }: { result: RunResult }) {
  const cell = useSignal<readonly [string, string] | null>(null);
  if (result.confusion.length === 0) return null;
  const [label, predicted] = cell.value ?? [];
  const shown = result.answers.filter((each) => each.label === label && each.predicted === predicted);
  return (
    <section>
      <h2>What it mixes up</h2>
      <p class="quiet">
        Each row is a class, each column what its clips were taken for. Choose a number to see its clips: one
        that was taken for another class may simply be in the wrong one.
      </p>
      <Confusion result={result} cell={cell} />
      {label !== undefined && (
        <section class="cell-clips" aria-label="Clips of the chosen number">
          <h3>
            “{label}” taken for “{predicted}”
          </h3>
          <ul>
            {shown.map((answer) => (
              <AnswerRow key={answer.name} answer={answer} />
            ))}
          </ul>
        </section>
      )}
    </section>
  );
}

function AnswerRow({ answer }: { answer: ClipAnswer }) {
  const { id, version, isFolder, name, label, probability, unknown } = answer;
  const isWatched = useSignal(false);
  const movedTo = useSignal<string | null>(null);
  const clip = id !== null && version !== null ? { id, version, isFolder, name } : null;
  return (
    <li>
      {clip && !isWatched.value && (
        <button
          type="button"
          class="strip"
          aria-label={`Play ${name}`}
          onClick={() => {
            isWatched.value = true;
          }}
        >
          <img src={stripUrl(clip)} alt="" width={480} height={96} />
        </button>
      )}
      {clip && isWatched.value && <ClipPlayer clip={clip} isStarted />}
      <p>
        {name}{' '}
        <span class="quiet">
          {percent(probability)} sure
          {unknown === null ? '' : `, but answered unknown: ${unknownText(unknown)}`}
        </span>
      </p>
      {clip && (
        <MoveTo
          name="Move to"
          without={label}
          onMove={async (to) => {
            if (await change('/api/clips/move', { ids: [clip.id], label: to })) movedTo.value = to;
          }}
        />
      )}
      {!clip && (
        <p class="quiet">
          {movedTo.value === null
            ? 'No longer in this class.'
            : `Moved to “${movedTo.value}”. The next training uses that.`}
        </p>
      )}
    </li>
  );
}

function Advice({ advice }: { advice: readonly string[] }) {
  if (advice.length === 0) return null;
  return (
    <section class="panel advice">
      <h2>What to record next</h2>
      <ol>
        {advice.map((piece) => (
          <li key={piece}>{piece}</li>
        ))}
      </ol>
      <p>
        <a href="#collect">Go to Collect</a>
      </p>
    </section>
  );
}
