import type * as z from 'zod';
import { messageOf } from '../errors.js';
import { explainRequest } from '../serve/explain-request.js';
import { Refusal } from '../serve/refusal.js';

/** What the page asks for fits into much less. */
const MOST_BYTES = 1e6;

/** The JSON in a request's body. @throws Refusal `bad_request` for what does not fit. */
export async function readJson<T extends z.ZodObject>(request: Request, schema: T): Promise<z.infer<T>> {
  const text = await readText(request);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request is not JSON: ${messageOf(error)}.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const names = Object.keys(schema.shape);
  throw badRequest(explainRequest(parsed.error, { given: json, names, noun: 'field' }));
}

async function readText({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw badRequest(`the request has more than ${MOST_BYTES} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** @param found what is wrong, as the rest of a sentence. */
export function badRequest(found: string): Refusal {
  return new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `The studio cannot do that: ${found}`,
    fix: 'Change it, or reload the page if it is older than the studio.',
  });
}
