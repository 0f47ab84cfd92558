import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/serve/parse-query.js';
import { Refusal } from '../../src/serve/refusal.js';
import { querySchema } from '../../src/serve/schemas.js';

const parse = (query: string) => parseQuery(querySchema, new Request(`http://localhost/classify?${query}`));

function refusalOf(query: string) {
  try {
    parse(query);
  } catch (error) {
    if (error instanceof Refusal) return error.options;
  }
  throw new Error(`${query} is not refused`);
}

describe('the parameters of an address', () => {
  it('are read as what they are', () => {
    expect(parse('top=5&window=0.5')).toEqual({ top: 5, window: 0.5 });
    expect(parse('')).toEqual({});
  });

  it.each([
    ['windw=2', 'There is no parameter "windw"; did you mean window?'],
    ['path=/etc/passwd', 'There is no parameter "path".'],
    ['a=1&b=2', 'There is no parameter "a". There is no parameter "b".'],
    ['top=0', 'top must be at least 1; found "0".'],
    ['top=2.5', 'top must be a whole number; found "2.5".'],
    ['top=many', 'top must be a number; found "many".'],
    ['window=1e9', 'window must be at most 86400; found "1e9".'],
    ['stride=1', 'stride works only together with window.'],
    ['top=1&top=2', 'top is given more than once.'],
  ])('%s: %s', (query, problem) => {
    expect(refusalOf(query)).toMatchObject({
      status: 400,
      code: 'bad_request',
      problem,
      fix: 'The parameters of this address are top, window, stride, each at most once.',
    });
  });
});
