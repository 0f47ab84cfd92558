import { mkdir, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../errors.js';
import { inputOf } from '../inputs/input-kinds.js';
import { isFailureOfInput } from '../platform/failure-of-input.js';
import { readRegularText } from '../platform/regular-file.js';
import { withoutWindows } from '../predict/batch/classify-windows.js';
import type { ClipClassifier } from '../predict/classify-options.js';
import type { Given } from '../predict/given.js';
import type { Outcome, WindowsOutcome } from '../predict/outcome.js';
import { outcomeRow } from '../predict/outcome-row.js';
import { clientWords, type Words } from './client-words.js';
import { explainRequest } from './explain-request.js';
import { parseQuery } from './parse-query.js';
import { receiveBody } from './receive-body.js';
import { Refusal, statusOf } from './refusal.js';
import { requestLife } from './request-life.js';
import { querySchema, textSchema } from './schemas.js';
import type { ServedModel } from './served-models.js';
import type { ServerState } from './server-state.js';
import { cannotKeep } from './temporary-file.js';
import { isZip, unpackFrames } from './unpack-frames.js';

/** Classes that a result lists, as in `clipstep classify`. */
const DEFAULT_TOP = 3;

/**
 * Answers a request whose body is a clip, a picture or a zip of frames, or JSON with a text. The body is deleted by the time of the answer.
 *
 * @throws Refusal; UserError for what is missing or full here.
 */
export async function classifyRequest(
  request: Request,
  { model, client, server }: { model: ServedModel; client: string; server: ServerState },
): Promise<Response> {
  const { top = DEFAULT_TOP, window, stride = window } = parseQuery(querySchema, request);
  const windowing = window && stride ? { windowSeconds: window, strideSeconds: stride } : undefined;
  if (windowing) requireWindows(model);
  const place = server.admission.enter(client);
  const life = requestLife(request.signal, server.stop.signal);
  const { signal } = life;
  const folder = join(server.folder, crypto.randomUUID());
  const names = namesFor(model, folder);
  try {
    const body = await keepBody(request, { folder, server, signal });
    life.limit(server.limits.answerSeconds);
    await place.turn(signal);
    const outcome = await model.use(async (classifier) => {
      const input = await givenIn(body, { folder, classifier, server, signal });
      const call = { top, signal };
      return windowing
        ? classifier.classifyWindows(input, { ...call, windowing })
        : classifier.classify(input, call);
    });
    return answer(outcome, { model: model.name, names: names });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isFailureOfInput(error) && statusOf(error.code) === 422) return failed(clientWords(error, names));
    throw error;
  } finally {
    life.end();
    // A large body takes tenths of a second to delete, longer than others need wait for the place of a client that left.
    place.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

function requireWindows({ name, classifier }: ServedModel): void {
  const { source, noun } = inputOf(classifier.manifest.pipeline.input);
  if (source.kind === 'direct') throw withoutWindows(name, noun);
}

interface Surroundings {
  /** Of this request alone. */
  readonly folder: string;
  readonly server: ServerState;
  readonly signal: AbortSignal;
}

const bodyIn = (folder: string): string => join(folder, 'body');

const framesIn = (folder: string): string => join(folder, 'frames');

/** @returns the body's path. */
async function keepBody(request: Request, { folder, server, signal }: Surroundings): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch((cause) => Promise.reject(cannotKeep(cause)));
  const path = bodyIn(folder);
  server.metrics.received(await receiveBody(request, { path, limits: server.limits, signal }));
  return path;
}

/** What is classified: the body, the folder of the frames in it, or its text. */
async function givenIn(
  body: string,
  { folder, classifier, server, signal }: Surroundings & { classifier: ClipClassifier },
): Promise<Given> {
  const { given, images, noun } = inputOf(classifier.manifest.pipeline.input);
  if (given === 'texts') return readText(body);
  if (!(await isZip(body))) return body;
  if (images === 'clips') throw singlePictures(noun);
  await unpackFrames(body, { folder: framesIn(folder), limits: server.limits, signal });
  return framesIn(folder);
}

/** @throws Refusal `bad_request` for anything but JSON with a text. */
async function readText(body: string): Promise<{ text: string }> {
  if ((await stat(body)).size > LONGEST_TEXT_BYTES)
    throw wrongText(`It has more than ${LONGEST_TEXT_BYTES} bytes.`);
  let json: unknown;
  try {
    json = JSON.parse(await readRegularText(body));
  } catch (error) {
    throw wrongText(`It is not JSON: ${messageOf(error)}.`);
  }
  const parsed = textSchema.safeParse(json);
  if (!parsed.success) {
    const names = Object.keys(textSchema.shape);
    throw wrongText(explainRequest(parsed.error, { given: json, names, noun: 'field' }));
  }
  return parsed.data;
}

/** The whole text is in memory, as one sequence. */
const LONGEST_TEXT_BYTES = 1e6;

/** Where a body was stored is nothing to its client: it is called `clip`, and the model as in the address. */
function namesFor(model: ServedModel, folder: string): ReadonlyMap<string, string> {
  const stored = [framesIn(folder), bodyIn(folder)].map((path) => [path, 'clip'] as const);
  return new Map([...stored, ...(isAbsolute(model.folder) ? [[model.folder, model.name] as const] : [])]);
}

function answer(
  outcome: Outcome | WindowsOutcome,
  { model, names }: { model: string; names: ReadonlyMap<string, string> },
): Response {
  const input = names.get(outcome.input) ?? outcome.input;
  if (outcome.kind !== 'failed') return Response.json(outcomeRow({ ...outcome, input, model }));
  const { code, message: problem, fix } = outcome.error;
  return failed(clientWords({ code, problem, fix }, names), input);
}

/** The answer where the body is at fault. */
function failed({ code, problem, fix }: Words, input = 'clip'): Response {
  const row = outcomeRow({ kind: 'failed', input, error: { code, message: problem, fix } });
  return Response.json(row, { status: statusOf(code) });
}

function wrongText(found: string): Refusal {
  return new Refusal({
    status: 400,
    code: 'bad_request',
    problem: `This model reads texts, and the body is not what it takes. ${found}`,
    fix: 'Send JSON with the text alone: {"text": "..."}.',
  });
}

function singlePictures(noun: string): Refusal {
  return new Refusal({
    status: 422,
    code: 'usage',
    problem: `This model reads ${noun}, one at a time; a zip holds several.`,
    fix: 'Send each picture by itself.',
  });
}
