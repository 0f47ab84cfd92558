import type { Pipeline } from '../pipeline/schema.js';

/** What a pipeline says of its model, between blank lines of a card; nothing where it says nothing. */
export const descriptionParagraph = ({ description }: Pick<Pipeline, 'description'>): string =>
  description === undefined ? '' : `\n${description.trim()}\n`;
