// A program of somebody who installed Clipstep from npm: .ci/consumer compiles and runs it where nothing else is.
import { type ClassifyOptions, classify, loadBundle, type Outcome } from 'clipstep';

const [model, ...inputs] = process.argv.slice(2);
const options: ClassifyOptions = { top: 1 };
const bundle = await loadBundle(model!);
for await (const outcome of classify(bundle, inputs, options)) process.stdout.write(`${lineOf(outcome)}\n`);

function lineOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.error.message}`;
  return `label: ${outcome.label}`;
}
