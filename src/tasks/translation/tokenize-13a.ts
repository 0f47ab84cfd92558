/**
 * The tokens of a text as sacreBLEU's `13a` has them, which is its default: what NIST's mteval-v13a does for languages that
 * put spaces between words, so that figures can be compared. Capital letters stay.
 */
export function tokenize13a(text: string): string[] {
  const plain = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  const unescaped = ENTITIES.reduce(
    (known, [entity, character]) => known.replaceAll(entity, character),
    plain,
  );
  const parted = RULES.reduce((known, [found, put]) => known.replaceAll(found, put), ` ${unescaped} `);
  return parted.split(/\s+/).filter((token) => token !== '');
}

const ENTITIES = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

const RULES = [
  // Punctuation but . , - and ' is a token by itself.
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  // A full stop or a comma, too, unless a digit stands before or after it.
  [/([^0-9])([.,])/g, '$1 $2 '],
  [/([.,])([^0-9])/g, ' $1 $2'],
  // A dash after a digit.
  [/([0-9])(-)/g, '$1 $2 '],
] as const;
