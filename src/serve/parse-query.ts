import type * as z from 'zod';
import { listIssues } from '../errors.js';
import { Refusal } from './refusal.js';

/** The parameters after `?`. @throws Refusal 400 for ones that are not valid. */
export function parseQuery<T>(schema: z.ZodType<T>, request: Request): T {
  const { searchParams } = new URL(request.url);
  const parsed = schema.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  throw new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `These parameters of the address are not valid:\n${listIssues(parsed.error)}`,
    fix: 'GET /openapi.json lists the parameters of each route.',
  });
}
