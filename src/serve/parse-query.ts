import type * as z from 'zod';
import { listIssues } from '../errors.js';
import { Refusal } from './refusal.js';

/** What an address asks for after `?`. @throws Refusal 400 for what does not fit. */
export function parseQuery<T>(schema: z.ZodType<T>, request: Request): T {
  const { searchParams } = new URL(request.url);
  const parsed = schema.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  throw new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `The address asks for what does not fit:\n${listIssues(parsed.error)}`,
    fix: 'See /openapi.json for what can be asked for.',
  });
}
