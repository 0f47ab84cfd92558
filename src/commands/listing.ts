import colors from 'picocolors';

/** A name, and below it what there is to say of it. */
export function entry(name: string, lines: readonly string[]): string {
  return [colors.bold(name), ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A description's first sentence, where there is one: the others are in the model card or the pipeline's file. */
export function firstSentences(text: string | undefined): string[] {
  if (text === undefined) return [];
  return [/^.*?[.:](?=\s|$)/s.exec(text.trim())?.[0].replace(/:$/, '.') ?? text.trim()];
}
