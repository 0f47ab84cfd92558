import { useSignal } from '@preact/signals';
import type { ShownCommand, TakeAwayState } from '../messages.js';
import { say } from './project.js';
import { chosenRun, NoModel, RunChoice } from './run-choice.js';
import { Said } from './said.js';
import { useAnswer } from './use-answer.js';

interface Download {
  readonly as: 'model' | 'onnx' | 'web' | 'tfjs';
  readonly title: string;
  readonly words: string;
}

const DOWNLOADS: readonly Download[] = [
  {
    as: 'model',
    title: 'The model',
    words:
      'A zip of its folder: weights, figures, report and model card. Use it with Clipstep on any machine.',
  },
  {
    as: 'web',
    title: 'A web page',
    words:
      'A zip of a page that classifies files and what the camera sees, in any browser, without Clipstep. Unpack it and open index.html.',
  },
  {
    as: 'onnx',
    title: 'ONNX',
    words: 'One file for any program that runs ONNX: frames of any size in, probabilities out.',
  },
  {
    as: 'tfjs',
    title: 'TensorFlow.js',
    words: 'A zip of a layers model, for programs in browsers and Node.js.',
  },
];

/** The model for use elsewhere, and the commands that do what the page does. */
export function TakeAway() {
  const run = chosenRun.value;
  const name = run?.name;
  const given = useAnswer<TakeAwayState>(name && `/api/runs/${encodeURIComponent(name)}/take-away`);
  if (!run) return <NoModel />;
  if (!given) return <p class="quiet">Reading the model…</p>;
  return (
    <>
      <RunChoice />
      <div class="lead">
        <h2>Take {run.name} away</h2>
        <p>
          Everything is on your machine already, in <code>{given.folder}</code>
        </p>
      </div>
      <ul class="downloads">
        {DOWNLOADS.map((each) => (
          <DownloadCard
            key={each.as}
            {...each}
            run={run.name}
            obstacle={each.as === 'model' ? null : given.obstacles[each.as]}
          />
        ))}
      </ul>
      <section>
        <h2>The same from the command line</h2>
        <dl class="commands">
          {given.commands.map((each) => (
            <CommandLine key={each.title} {...each} />
          ))}
        </dl>
      </section>
    </>
  );
}

function DownloadCard(props: Download & { run: string; obstacle: string | null }) {
  const { as, title, words, run, obstacle } = props;
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const download = async () => {
    isBusy.value = true;
    problem.value = await fetchFile(`/api/runs/${encodeURIComponent(run)}/download?as=${as}`);
    isBusy.value = false;
  };
  return (
    <li class="panel">
      <h3>{title}</h3>
      <p>{words}</p>
      {problem.value !== null && (
        <p class="message bad" role="alert">
          <Said text={problem.value} />
        </p>
      )}
      {obstacle === null ? (
        <button type="button" disabled={isBusy.value} aria-label={`Download ${title}`} onClick={download}>
          {isBusy.value ? 'Preparing…' : 'Download'}
        </button>
      ) : (
        <p class="quiet">Not for this model: {obstacle}.</p>
      )}
    </li>
  );
}

/** Saves what the server answers. @returns why there is nothing to save; null where there is. */
async function fetchFile(path: string): Promise<string | null> {
  const response = await fetch(path).catch(() => null);
  if (!response) return 'The studio does not answer.';
  if (!response.ok) {
    const { error } = (await response.json()) as { error: { message: string; fix: string } }; // as messages.ts says
    return `${error.message} ${error.fix}`;
  }
  const named = /filename\*=UTF-8''(\S+)/.exec(response.headers.get('content-disposition') ?? '');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = decodeURIComponent(named?.[1] ?? 'model');
  link.click();
  URL.revokeObjectURL(link.href);
  return null;
}

function CommandLine({ title, command }: ShownCommand) {
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    say(`Copied the command: ${title}`);
  };
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <Command command={command} />
        <button type="button" class="plain" aria-label={`Copy the command: ${title}`} onClick={copy}>
          Copy
        </button>
      </dd>
    </>
  );
}

/** Lines of a narrow page end between words, not in a flag: what is marked by hand and pasted is the command. */
function Command({ command }: { command: string }) {
  const words = command.split(' ');
  return (
    <code>
      {words.map((word, index) => (
        <>
          {index > 0 && ' '}
          <span>{word}</span>
        </>
      ))}
    </code>
  );
}
