// Classifies clips from a program: npx tsx examples/classify.ts clip.mp4 folder-of-frames ...
import { classify, loadBundle } from 'clipstep';

const bundle = await loadBundle('models/motion');
for await (const outcome of classify(bundle, process.argv.slice(2), { top: 2 })) {
  if (outcome.kind === 'failed') console.log(`${outcome.input}: ${outcome.error.message}`);
  else console.log(`${outcome.input}: ${outcome.label} (${outcome.probability.toFixed(3)})`);
}
