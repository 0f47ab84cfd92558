import type * as z from 'zod';
import { listIssues, messageOf } from '../errors.js';
import { Refusal } from '../serve/refusal.js';

/** What the page asks for fits into much less. */
const MOST_BYTES = 1e6;

/** The JSON in a request's body. @throws Refusal `bad_request` for what does not fit. */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw badRequest(listIssues(parsed.error));
  return parsed.data;
}

async function readText({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw badRequest(`it has more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function badRequest(found: string): Refusal {
  return new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `The request does not fit: ${found}.`,
    fix: 'Reload the page.',
  });
}
