import { expect, it } from 'vitest';
import * as z from 'zod';
import { pipelineReference } from '../../scripts/pipeline-reference.js';
import { settingsSchema } from '../../src/pipeline/settings.js';

it('has every setting of the schema as it is now', async () => {
  await expect(pipelineReference()).toMatchFileSnapshot('../../docs/pipeline.md');
});

it('says of every setting what it means', () => {
  expect(withoutMeaning(z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }), '')).toEqual(
    [],
  );
});

function withoutMeaning(schema: object, name: string): string[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'items') return withoutMeaning(value, name);
    if (key === 'oneOf') return (value as object[]).flatMap((way) => withoutMeaning(way, name));
    if (key !== 'properties') return [];
    return Object.entries(value as Record<string, object>).flatMap(([setting, inner]) => {
      const full = `${name}.${setting}`;
      return [...('description' in inner ? [] : [full]), ...withoutMeaning(inner, full)];
    });
  });
}
