import { expect, it } from 'vitest';
import { crossvalidateCommand } from '../../src/commands/crossvalidate.js';

it.each(['--folds', '--inner-folds'])(
  'more %s than a split takes are refused by their name',
  async (flag) => {
    const command = crossvalidateCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    const parsed = command.parseAsync(['actions', '--out', 'out', flag, '2000'], { from: 'user' });
    await expect(parsed).rejects.toThrow(
      `option '${flag} <count>' argument '2000' is invalid. It must be a whole number from 2 to 1000.`,
    );
  },
);
