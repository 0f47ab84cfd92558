// Loaded by `node --import`: as where the optional packages of the queue are not installed.
import { register } from 'node:module';

const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier !== 'bullmq') return next(specifier, context);
  throw new Error("Cannot find package 'bullmq'");
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
