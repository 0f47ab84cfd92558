import * as z from 'zod';
import { clipstepVersion } from '../platform/version.js';
import type { Route } from './route.js';
import { errorSchema, textSchema } from './schemas.js';

/** The server's routes as OpenAPI 3.0. */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Clipstep', version: clipstepVersion() },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorSchema) },
    },
    security: [{}, { token: [] }],
  };
}

function operation({ path, summary, schema, textType, query, takesBody }: Route): object {
  const content = schema
    ? { 'application/json': { schema: jsonSchema(schema) } }
    : { [textType ?? 'text/plain']: {} };
  return {
    summary,
    parameters: [...pathParameters(path), ...(query ? queryParameters(query) : [])],
    requestBody: takesBody ? { required: true, content: BODY } : undefined,
    responses: {
      200: { description: summary, content },
      default: {
        description: 'Why there is no answer',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function pathParameters(path: string): object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: z.ZodType): object[] {
  const { properties = {} } = jsonSchema(query);
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
}

function jsonSchema(schema: z.ZodType) {
  return z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
}

const BODY = {
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
  'application/json': { schema: jsonSchema(textSchema) },
};
