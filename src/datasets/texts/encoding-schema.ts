import * as z from 'zod';
import { isEncoding } from './is-encoding.js';

/** An encoding of text by its name, as https://encoding.spec.whatwg.org has them. */
export const encodingSchema = z
  .string()
  .refine(isEncoding, 'must be the name of an encoding, such as utf-8, windows-1252 or utf-16le')
  .default('utf-8')
  .describe('of all files');
