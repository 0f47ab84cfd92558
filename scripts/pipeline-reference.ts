import * as z from 'zod';
import { settingsSchema } from '../src/pipeline/settings.js';

/** What JSON Schema, draft 2020-12, says of a setting, as far as zod writes it. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

const HEAD = `# Pipelines: every setting

A pipeline is one experiment's whole recipe, a YAML file: \`clipstep init\` writes one, \`clipstep pipelines\` lists those that
ship. A setting of any section can be given on the command line too, by its whole name: \`--set training.epochs=3\`.

This page is written from the schema that reads the files: \`npx vitest run test/pipeline/reference.test.ts -u\`.
`;

/** docs/pipeline.md. */
export function pipelineReference(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const { sections, plain } = partsOf(schema);
  const tops = sections.map(
    ([name, section]) => `## \`${name}\`\n${sectionText(name, section, isRequired(schema, name))}`,
  );
  return [HEAD, '## At the top\n', table(plain, { name: '', schema }), ...tops].join('\n');
}

/** The settings of a section: those with settings of their own, and the others. */
function partsOf({ properties = {} }: Schema): {
  sections: Array<[string, Schema]>;
  plain: Array<[string, Schema]>;
} {
  const entries = Object.entries(properties);
  return {
    sections: entries.filter(([, value]) => hasSettings(value)),
    plain: entries.filter(([, value]) => !hasSettings(value)),
  };
}

const hasSettings = (schema: Schema): boolean =>
  schema.properties !== undefined ||
  schema.oneOf !== undefined ||
  (schema.items !== undefined && hasSettings(schema.items));

const isRequired = ({ required = [] }: Schema, name: string): boolean => required.includes(name);

/** Any section: what it is, its settings, and those of the sections within it. */
function sectionText(name: string, schema: Schema, required: boolean): string {
  const about = `${sentence(schema.description ?? '')} ${presence(schema, required)}`;
  if (schema.items) return `\n${about} A list; of each entry:\n${waysText(`${name}[]`, schema.items)}`;
  return `\n${about}\n${waysText(name, schema)}`;
}

function waysText(name: string, schema: Schema): string {
  if (!schema.oneOf) return settingsText(name, schema);
  return schema.oneOf
    .map((way) => {
      const kind = way.properties?.kind;
      const { kind: _, ...others } = way.properties ?? {};
      const head = `\n**\`${name}.kind: ${String(kind?.const)}\`** ${sentence(kind?.description ?? '')}`;
      return `${head}\n${settingsText(name, { ...way, properties: others })}`;
    })
    .join('');
}

function settingsText(name: string, schema: Schema): string {
  const { sections, plain } = partsOf(schema);
  const inner = sections.map(
    ([key, section]) =>
      `\n### \`${name}.${key}\`\n${sectionText(`${name}.${key}`, section, isRequired(schema, key))}`,
  );
  return `${plain.length > 0 ? `\n${table(plain, { name, schema })}` : ''}${inner.join('')}`;
}

function table(
  entries: ReadonlyArray<[string, Schema]>,
  { name, schema }: { name: string; schema: Schema },
): string {
  const rows = entries.map(([key, setting]) => {
    const full = name === '' ? key : `${name}.${key}`;
    return `| \`${full}\` | ${valueText(setting)} | ${defaultText(setting, isRequired(schema, key))} | ${(setting.description ?? '').replaceAll('|', '\\|')} |`;
  });
  return ['| setting | value | when left out | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function presence({ default: value }: Schema, required: boolean): string {
  if (required) return 'Required.';
  return value === undefined ? 'May be left out.' : `When left out: \`${JSON.stringify(value)}\`.`;
}

function defaultText({ default: value }: Schema, required: boolean): string {
  if (required) return 'required';
  return value === undefined ? '' : `\`${String(value)}\``;
}

function valueText(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(valueText).join('; ')}]`;
  switch (schema.type) {
    case 'integer':
      return `whole number${rangeText(schema)}`;
    case 'number':
      return `number${rangeText(schema)}`;
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return `list of: ${valueText(schema.items ?? {})}`;
    default:
      return 'text';
  }
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const words = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(most === undefined ? [] : [`to ${most}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ];
  return words.length > 0 ? ` ${words.join(' ')}` : '';
}

/** A description as a sentence. */
const sentence = (text: string): string =>
  text === '' ? '' : `${text[0]!.toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
