import { useSignal } from '@preact/signals';
import { state } from './project.js';
import { chosenRun, NoModel, RunChoice } from './run-choice.js';
import { Said } from './said.js';

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
      'A zip of its folder: weights, figures, report and model card. Clipstep classifies with it anywhere.',
  },
  {
    as: 'web',
    title: 'A web page',
    words:
      'A zip of a page that classifies files and the camera in any browser, without Clipstep: unpack it and open index.html.',
  },
  {
    as: 'onnx',
    title: 'ONNX',
    words:
      'One file for any program that runs ONNX, from frames of any size to probabilities. Models that read optical flow, as the usual recipe makes them, cannot be one.',
  },
  {
    as: 'tfjs',
    title: 'TensorFlow.js',
    words:
      'A zip of a layers model, for browsers and Node.js. Not every network can be written so; then it says why.',
  },
];

/** The model for use elsewhere, and the commands that do what the page does. */
export function TakeAway() {
  const run = chosenRun.value;
  if (!run) return <NoModel />;
  const { folder } = state.value!; // App shows it once there is one
  const model = `${folder}/models/${run.name}`;
  return (
    <>
      <RunChoice />
      <div class="lead">
        <h2>Take {run.name} away</h2>
        <p>Everything is on your machine already, in {model}.</p>
      </div>
      <ul class="downloads">
        {DOWNLOADS.map((each) => (
          <DownloadCard key={each.as} {...each} run={run.name} />
        ))}
      </ul>
      <section>
        <h2>The same from the command line</h2>
        <dl class="commands">
          {run.command !== null && <CommandLine title="Train this model again" command={run.command} />}
          <CommandLine
            title="Classify a clip"
            command={`clipstep classify new.mp4 --model ${forShell(model)}`}
          />
          <CommandLine
            title="Classify a folder of clips"
            command={`clipstep batch recordings --model ${forShell(model)} --out results.csv`}
          />
          <CommandLine title="Answer over HTTP" command={`clipstep serve --model ${forShell(model)}`} />
          <CommandLine
            title="Write the ONNX file"
            command={`clipstep export ${forShell(model)} --out ${forShell(`${run.name}.onnx`)}`}
          />
          <CommandLine
            title="Write the web page"
            command={`clipstep export ${forShell(model)} --format web --out ${forShell(`${run.name}-web`)}`}
          />
        </dl>
      </section>
    </>
  );
}

function DownloadCard({ as, title, words, run }: Download & { run: string }) {
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
      <button type="button" disabled={isBusy.value} aria-label={`Download ${title}`} onClick={download}>
        {isBusy.value ? 'Preparing…' : 'Download'}
      </button>
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

/** Quoted where a shell would read it otherwise. */
const forShell = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

function CommandLine({ title, command }: { title: string; command: string }) {
  const isCopied = useSignal(false);
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <code>{command}</code>
        <button
          type="button"
          class="plain"
          aria-label={`Copy the command: ${title}`}
          onClick={async () => {
            await navigator.clipboard.writeText(command);
            isCopied.value = true;
          }}
        >
          {isCopied.value ? 'Copied' : 'Copy'}
        </button>
      </dd>
    </>
  );
}
