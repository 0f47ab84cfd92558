import { type Argument, Command, Help, type Option } from 'commander';
import { COMMANDS } from '../src/commands/catalog.js';

/** Every command with its arguments and options, as the program itself has them, in Markdown. */
export async function commandReference(): Promise<string> {
  const program = new Command('clipstep');
  for (const { load } of Object.values(COMMANDS)) program.addCommand(await load(() => {}));
  const leaves = program.commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands : [command],
  );
  return `${HEAD}\n${leaves.map(section).join('\n')}`;
}

const HEAD = `# Every command

This page is written from the program. \`npx clipstep help COMMAND\` prints the same.

Results go to stdout, progress and errors to stderr. A command ends with 0 when all is well, with 1 when something failed, with 2 for
wrong use and with 130 when it was interrupted (143 where SIGTERM had to end it at once). \`batch\` has [further ones](batch.md#interrupt-it-when-you-like).
`;

const help = new Help();

function section(command: Command): string {
  const usage = help.commandUsage(command);
  return [
    `## ${usage.replace(/^clipstep |[[<].*$/g, '').trim()}`,
    `${sentence(help.commandDescription(command))}`,
    `    ${usage}`,
    table(['argument', ''], help.visibleArguments(command).map(argumentRow)),
    table(['option', '', 'default'], help.visibleOptions(command).filter(isOwn).map(optionRow)),
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

/** Every command has it. */
const isOwn = ({ long }: Option): boolean => long !== '--help';

const argumentRow = (argument: Argument): string[] => [code(argument.name()), cell(argument.description)];

function optionRow({
  flags,
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
  envVar,
}: Option): string[] {
  const choices = argChoices ? ` (${argChoices.map(code).join(', ')})` : '';
  const variable = envVar === undefined ? '' : ` (or the variable ${code(envVar)})`;
  return [
    code(flags),
    cell(description) + choices + variable,
    defaultValueDescription ?? defaultText(defaultValue),
  ];
}

function defaultText(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return code(String(value));
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Words between angle brackets are no tags. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${cell(text.slice(1))}.`;
