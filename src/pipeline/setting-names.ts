import * as z from 'zod';
import { nearest } from '../platform/nearest.js';
import { settingsSchema } from './settings.js';

/** A setting's place: its dotted name, without the numbers of a list's entries. */
interface Named {
  readonly name: string;
  /** How many of the sections that it lies in may be left out: of two that are called alike, fewer are meant. */
  readonly optional: number;
}

/**
 * The name of the setting that somebody most likely meant; undefined when none is near.
 *
 * @param given as it was written: the sections that it stands in, and last its own name.
 */
export function nearestSetting(given: ReadonlyArray<string | number>): string | undefined {
  const names = settingNames();
  const words = given.filter((part) => typeof part === 'string');
  const section = words.slice(0, -1).join('.');
  const word = words.at(-1) ?? '';
  const beside = names.filter(({ name }) => sectionOf(name) === section);
  return among(beside, word) ?? among(names, word);
}

function among(names: readonly Named[], word: string): string | undefined {
  const near = nearest(word, [...new Set(names.map(({ name }) => lastOf(name)))]);
  if (near === undefined) return undefined;
  const meant = names.filter(({ name }) => lastOf(name) === near);
  return meant.reduce((best, each) => (each.optional < best.optional ? each : best)).name;
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
const sectionOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

function settingNames(): Named[] {
  return namesIn(settingsSchema, { name: '', optional: 0 });
}

/** All settings below a schema, in its order; those of a choice's ways one after the other. */
function namesIn(schema: unknown, { name, optional }: Named): Named[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return namesIn(schema.unwrap(), { name, optional: optional + 1 });
  }
  if (schema instanceof z.ZodArray) return namesIn(schema.element, { name, optional });
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options.flatMap((option) => namesIn(option, { name, optional }));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const named = { name: name === '' ? key : `${name}.${key}`, optional };
    return [named, ...namesIn(value, named)];
  });
}
