/** One line of a bench: what was measured, and numbers whose names say their unit. */
export interface Figure {
  readonly name: string;
  /** The heading that it stands under, where a bench has several. */
  readonly of?: string | undefined;
  readonly numbers: Readonly<Record<string, number>>;
}

let heading: string | undefined;
let told: Figure[] = [];

/** Prints a heading, under which the figures stand that are told from now on. */
export function tellHeading(text: string): void {
  console.log(text);
  heading = text.trim();
}

/** Prints a line, and keeps what it says for `--json`. */
export function tell(line: string, name: string, numbers: Figure['numbers']): void {
  console.log(line);
  told.push({ name, of: heading, numbers });
}

/** What was told since the last call. */
export function takeFigures(): readonly Figure[] {
  const figures = told;
  [told, heading] = [[], undefined];
  return figures;
}
