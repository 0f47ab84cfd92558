// Translates the lines of stdin: npx tsx examples/translate.ts MODEL < german.txt
import { createInterface } from 'node:readline';
import { loadBundle, translate } from 'clipstep';

const [model = 'runs/multi30k'] = process.argv.slice(2);
for await (const translation of translate(await loadBundle(model), linesOfStdin(), { beam: 5 })) {
  switch (translation.kind) {
    case 'translation':
      console.log(translation.text);
      break;
    case 'failed':
      console.error(`${JSON.stringify(translation.source)}: ${translation.error.message}`);
  }
}

/** Opened when they are asked for: what readline reads before that is lost. */
async function* linesOfStdin(): AsyncGenerator<string> {
  yield* createInterface({ input: process.stdin });
}
