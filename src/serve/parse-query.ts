import type * as z from 'zod';
import { explainRequest } from './explain-request.js';
import { Refusal } from './refusal.js';

/** The parameters after `?`. @throws Refusal 400 for ones that are not valid, unknown, or given twice. */
export function parseQuery<T extends z.ZodObject>(schema: T, request: Request): z.infer<T> {
  const { searchParams } = new URL(request.url);
  const names = Object.keys(schema.shape);
  const twice = names.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined) throw notFitting(`${twice} is given more than once.`, names);
  const given = Object.fromEntries(searchParams);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw notFitting(explainRequest(parsed.error, { given, names, noun: 'parameter' }), names);
}

function notFitting(problem: string, names: readonly string[]): Refusal {
  return new Refusal({
    status: 400,
    code: 'bad_request',
    problem,
    fix: `The parameters of this address are ${names.join(', ')}, each at most once.`,
  });
}
