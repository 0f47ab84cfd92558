import type * as z from 'zod';
import { inputOf } from '../inputs/input-kinds.js';
import { clipstepVersion } from '../platform/version.js';
import { classifyRequest } from './classify-request.js';
import { LIVE_PATH, live, READY_PATH, ready } from './health.js';
import { openApiDocument } from './openapi.js';
import { Refusal } from './refusal.js';
import type { Asked, Route } from './route.js';
import {
  liveSchema,
  metadataSchema,
  modelReadySchema,
  modelSchema,
  modelsSchema,
  querySchema,
  readySchema,
  resultSchema,
  serverSchema,
} from './schemas.js';
import type { ServedModel } from './served-models.js';

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/models',
    summary: 'The models, with their classes',
    schema: modelsSchema,
    handle: ({ server }) =>
      json(modelsSchema, { models: server.models.names.map((name) => describe(modelOf({ server, name }))) }),
  },
  {
    method: 'GET',
    path: '/v1/models/{name}',
    summary: 'One model',
    schema: modelSchema,
    handle: (asked) => json(modelSchema, describe(modelOf(asked))),
  },
  {
    method: 'POST',
    path: '/v1/models/{name}/classify',
    summary: 'Classify the body: a clip, a picture, a zip of frames, or JSON with a text',
    schema: resultSchema,
    query: querySchema,
    takesBody: true,
    handle: (asked) => classifyRequest(asked.request, { ...asked, model: modelOf(asked) }),
  },
  {
    method: 'GET',
    path: '/v2',
    summary: 'The server, as KServe v2 has it',
    schema: serverSchema,
    handle: () => json(serverSchema, { name: 'clipstep', version: clipstepVersion(), extensions: [] }),
  },
  {
    method: 'GET',
    path: LIVE_PATH,
    summary: 'Whether the process is alive',
    schema: liveSchema,
    isProbe: true,
    handle: live,
  },
  {
    method: 'GET',
    path: READY_PATH,
    summary: 'Whether the server takes requests',
    schema: readySchema,
    isProbe: true,
    handle: ({ server }) => ready(!server.isStopping),
  },
  {
    method: 'GET',
    path: '/v2/models/{name}',
    summary: 'One model, as KServe v2 has it',
    schema: metadataSchema,
    handle: (asked) => json(metadataSchema, metadata(modelOf(asked))),
  },
  {
    method: 'GET',
    path: '/v2/models/{name}/ready',
    summary: 'Whether a model is loaded',
    schema: modelReadySchema,
    handle: (asked) => json(modelReadySchema, { name: modelOf(asked).name, ready: true }),
  },
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    textType: 'text/plain',
    handle: async ({ server: { metrics } }) =>
      new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } }),
  },
  {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description',
    textType: 'application/json',
    handle: () => Response.json(openApiDocument(ROUTES)),
  },
];

/** @param schema of the route, which the answer must fit. */
function json<T>(_schema: z.ZodType<T>, body: T): Response {
  return Response.json(body);
}

function modelOf({ server, name }: Pick<Asked, 'server' | 'name'>): ServedModel {
  const model = server.models.get(name);
  if (model) return model;
  throw new Refusal({
    status: 404,
    code: 'not_found',
    problem: `There is no model ${JSON.stringify(name)} here.`,
    fix: `Ask for one of ${server.models.names.join(', ')}.`,
  });
}

function describe({ name, classifier }: ServedModel): z.infer<typeof modelSchema> {
  const { labels, pipeline, minProbability, maxDistance, members } = classifier.manifest;
  const { noun } = inputOf(pipeline.input);
  const { description = '' } = pipeline;
  return { name, description, labels, reads: noun, minProbability, maxDistance, members };
}

function metadata({ name, classifier }: ServedModel): z.infer<typeof metadataSchema> {
  return {
    name,
    versions: ['1'],
    platform: 'clipstep',
    inputs: [{ name: 'clip', datatype: 'BYTES', shape: [1] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [classifier.manifest.labels.length] }],
  };
}
