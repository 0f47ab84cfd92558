import type { Input } from '../../inputs/input-kind.js';
import { inputOf } from '../../inputs/input-kinds.js';
import type { Pipeline } from '../../pipeline/schema.js';

/** What people call one input of a batch. */
export const batchNoun = ({ input }: Pick<Pipeline, 'input'>): string => NOUNS[inputOf(input).given];

const NOUNS: Readonly<Record<Input['given'], string>> = { files: 'clip', texts: 'text' };
