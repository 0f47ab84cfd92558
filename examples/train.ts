// Trains a model of your own clips: npx tsx examples/train.ts my.yaml clips runs/mine
// `clips` has a folder of clips for each class. Ctrl-C keeps a checkpoint; the same command goes on from it.
import { train, UserError } from 'clipstep';

const [pipeline = 'motion', data, out] = process.argv.slice(2);
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

try {
  const { folder, test } = await train({
    pipeline,
    data,
    out,
    signal: interruption.signal,
    onEvent: (event) => {
      if (event.kind !== 'epoch') return;
      const { trainLoss, validationLoss } = event.record;
      const validated = validationLoss === null ? '' : `, validation ${validationLoss.toFixed(3)}`;
      console.error(`epoch ${event.count}/${event.epochs}: loss ${trainLoss.toFixed(3)}${validated}`);
    },
  });
  console.log(`model: ${folder}`);
  if (test) console.log(`${test.examples} test clips, ${(100 * test.accuracy).toFixed(1)} % right`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.problem}\n${error.fix}`);
  process.exitCode = 1;
}
