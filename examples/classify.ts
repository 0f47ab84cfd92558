// Classifies clips from a program: npx tsx examples/classify.ts clip.mp4 folder-of-frames ...
import { classify } from 'clipstep';

for await (const outcome of classify('motion', process.argv.slice(2), { top: 2 })) {
  switch (outcome.kind) {
    case 'class':
      console.log(`${outcome.input}: ${outcome.label} (${outcome.probability.toFixed(3)})`);
      break;
    case 'unknown':
      console.log(`${outcome.input}: unknown, ${outcome.reason} (${outcome.score.toFixed(3)})`);
      break;
    case 'failed':
      console.log(`${outcome.input}: ${outcome.error.message}`);
  }
}
