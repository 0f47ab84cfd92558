import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { counted, percent } from '../../export/page/page-words.js';
import type { BaselineFigure, ClipAnswer, RunResult } from '../messages.js';
import { mediaUrl, stripUrl } from './clip-card.js';
import { Confusion } from './confusion.js';
import { ask, change, failure, words } from './project.js';
import { chosenRun, NoModel, RunChoice } from './run-choice.js';
import { MoveTo } from './selection.js';
import { Curves } from './train.js';

/** How good a model is, and what would make it better. */
export function Judge() {
  const run = chosenRun.value;
  const result = useSignal<RunResult | null>(null);
  const name = run?.name;
  useEffect(() => {
    if (name === undefined) return;
    ask<RunResult>(`/api/runs/${encodeURIComponent(name)}`).then((asked) => {
      if (asked.kind === 'answer') result.value = asked.value;
      else failure.value = words(asked);
    });
  }, [name]);
  if (!run) return <NoModel />;
  if (result.value?.name !== name) return <p class="quiet">Reading the results…</p>;
  return (
    <>
      <RunChoice />
      <Figure result={result.value!} />
      <Answers key={name} result={result.value!} />
      <Advice advice={result.value!.advice} />
      <section>
        <h2>How it learned</h2>
        <Curves epochs={result.value!.epochs} />
        {result.value!.hasReport && (
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
        A row for each class, a column for each answer. Choose a number to see its clips: a wrong one may be
        in the wrong class.
      </p>
      <Confusion result={result} cell={cell} />
      {label !== undefined && (
        <section class="cell-clips" aria-label="Clips of the chosen number">
          <h3>
            “{label}” {label === predicted ? 'recognized' : `taken for “${predicted}”`}
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
  const { id, version, name, label, probability, isUnknown } = answer;
  const isWatched = useSignal(false);
  const isMoved = useSignal(false);
  const clip = id !== null && version !== null ? { id, version } : null;
  return (
    <li>
      {clip && !isMoved.value && !isWatched.value && (
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
      {clip && isWatched.value && !isMoved.value && (
        <video src={mediaUrl(clip)} controls autoPlay muted loop playsInline />
      )}
      <p>
        {name}{' '}
        <span class="quiet">
          {percent(probability)} sure{isUnknown ? ', so it says unknown' : ''}
        </span>
      </p>
      {clip && !isMoved.value && (
        <MoveTo
          name="Its class is"
          without={label}
          onMove={async (to) => {
            isMoved.value = await change('/api/clips/move', { ids: [clip.id], label: to });
          }}
        />
      )}
      {isMoved.value && <p class="quiet">Moved. The next training takes it so.</p>}
      {!clip && <p class="quiet">No longer in this class.</p>}
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
