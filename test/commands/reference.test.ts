import { expect, it } from 'vitest';
import { commandReference } from '../../scripts/command-reference.js';
import { projectFolder } from '../support/cli.js';

it('docs/commands.md is what the program says; `npm run docs:generate` writes it anew', async () => {
  await expect(await commandReference()).toMatchFileSnapshot(`${projectFolder}/docs/commands.md`);
});
