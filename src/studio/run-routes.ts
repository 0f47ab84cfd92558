import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../errors.js';
import type { Pipeline } from '../pipeline/schema.js';
import { readRegularFile } from '../platform/regular-file.js';
import { parseQuery } from '../serve/parse-query.js';
import { listClips } from './clip-folder.js';
import { badRequest, readJson } from './read-json.js';
import { readinessOf } from './readiness.js';
import { shippedEncoders } from './recipe-state.js';
import { settingsSchema } from './run-log.js';
import { REPORT_FILE, readRunResult } from './run-result.js';
import { studioState } from './state.js';
import type { Studio } from './studio-parts.js';
import { type Asked, DONE, type StudioRoute } from './studio-route.js';
import { DOWNLOADS, takeAway } from './take-away.js';
import { takeAwayState } from './take-away-state.js';
import { usableClips } from './usable-clips.js';

const downloadSchema = z.strictObject({ as: z.enum(DOWNLOADS) });

/** A report brings its own script and style; it is shown apart from the page, and reaches nothing. */
const REPORT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-scripts allow-popups";

/** Training, its results and its model: what the page calls Train, Judge, Try and Take away. */
export const RUN_ROUTES: readonly StudioRoute[] = [
  {
    method: 'GET',
    path: '/api/state',
    handle: async ({ studio }) => Response.json(await studioState(studio)),
  },
  { method: 'GET', path: '/api/events', handle: ({ studio }) => studio.events.open() },
  { method: 'POST', path: '/api/runs', handle: start },
  {
    method: 'POST',
    path: '/api/runs/cancel',
    handle: ({ studio }) => {
      studio.runs.cancel();
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/runs/:run/resume',
    handle: async ({ studio, param }) => {
      await requireRecipe(studio);
      await studio.runs.resume(param('run'));
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/runs/:run/remove',
    handle: async ({ studio, param }) => {
      await studio.runs.remove(param('run'));
      return DONE();
    },
  },
  {
    method: 'GET',
    path: '/api/runs/:run',
    handle: async ({ studio, param }) => {
      const model = await studio.runs.modelOf(param('run'));
      const listing = await listClips(studio.project.clips);
      const usable = usableClips(listing, studio.checks.factsOf);
      return Response.json(await readRunResult(model, { listing, usable }));
    },
  },
  {
    method: 'GET',
    path: '/api/runs/:run/report',
    handle: async ({ studio, param }) => {
      const page = await readRegularFile(join(await studio.runs.modelOf(param('run')), REPORT_FILE));
      const headers = {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': REPORT_POLICY,
      };
      return new Response(new Uint8Array(page), { headers });
    },
  },
  {
    method: 'GET',
    path: '/api/runs/:run/download',
    handle: async ({ request, studio, param }) => {
      const { as: kind } = parseQuery(downloadSchema, request);
      const model = await studio.runs.modelOf(param('run'));
      return takeAway(model, { kind, temporaryFolder: studio.project.arriving });
    },
  },
  {
    method: 'GET',
    path: '/api/runs/:run/take-away',
    handle: async ({ studio, param }) => Response.json(await takeAwayState(studio, param('run'))),
  },
  {
    method: 'POST',
    path: '/api/runs/:run/classify',
    handle: async ({ request, studio, param }) =>
      studio.trial.classify(await studio.runs.modelOf(param('run')), request),
  },
];

async function start({ request, studio }: Asked): Promise<Response> {
  const settings = await readJson(request, settingsSchema);
  const pipeline = await requireRecipe(studio);
  await requireWeights(settings.weights, pipeline);
  const listing = await listClips(studio.project.clips);
  const usable = usableClips(listing, studio.checks.factsOf);
  const { problem } = readinessOf(listing, { pipeline, usable });
  if (problem !== null) throw new UserError('bad_dataset', { problem, fix: 'Then train again.' });
  const name = await studio.runs.start(settings, { clips: listing.clips.length });
  return Response.json({ name });
}

/** A training reads the file itself, as it is then. */
async function requireRecipe({ project: { recipe } }: Studio): Promise<Pipeline> {
  await recipe.refresh();
  if (recipe.problem) throw recipe.problem;
  return recipe.pipeline;
}

/** A page may choose among encoders; paths are for whoever has the machine. */
async function requireWeights(weights: string | null, pipeline: Pipeline): Promise<void> {
  const names = ['hub', ...(await shippedEncoders(pipeline))];
  if (weights === null || names.includes(weights)) return;
  throw badRequest(`weights must be null or one of ${names.join(', ')}; found ${JSON.stringify(weights)}.`);
}
