// A program of somebody who installed Clipstep from npm: .ci/consumer compiles and runs it where nothing else is.
import { type ClassifyOptions, classify, type Outcome } from 'clipstep';

const [model, ...inputs] = process.argv.slice(2);
const options: ClassifyOptions = { top: 1 };
for await (const outcome of classify(model!, inputs, options)) process.stdout.write(`${lineOf(outcome)}\n`);

function lineOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') return `failed: ${outcome.error.message}`;
  return outcome.kind === 'class' ? `label: ${outcome.label}` : `unknown: ${outcome.reason}`;
}
