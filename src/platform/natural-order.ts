/** Order for sorting names as people count: f2 before f10. Names that it takes as equal go by their code units. */
export function naturalOrder(one: string, other: string): number {
  // English whatever the machine's language is, so that a listing has one order everywhere. Made when it is first
  // needed, since that takes some milliseconds.
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

let collator: Intl.Collator | undefined;
