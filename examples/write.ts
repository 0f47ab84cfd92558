// Writes on from a text: npx tsx examples/write.ts MODEL 'To be'
import { generate, loadBundle } from 'clipstep';

const [model = 'models/shakespeare', prompt = ''] = process.argv.slice(2);
const options = { prompt, length: 200, temperature: 0.8, seed: 1 };
for await (const part of generate(await loadBundle(model), options)) {
  switch (part.kind) {
    case 'unknown':
      console.error(`Unknown to the model: ${part.tokens.join(' ')}`);
      break;
    case 'text':
      process.stdout.write(part.text);
      break;
    case 'end':
      console.log(`\n${part.tokens} tokens, ended by ${part.by}`);
  }
}
