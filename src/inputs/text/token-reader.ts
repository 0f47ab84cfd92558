import { type Normalization, type Tokenizer, tokenizerOf, type Unit } from './tokenizer.js';
import { END, type Vocabulary } from './vocabulary.js';

/** A running text, or a part of one. */
export interface CorpusText {
  /** int32: the numbers of its tokens; where these are words, END stands for the end of a line. */
  readonly stream: Int32Array;
  /** That the tokens are written with: extended grapheme clusters, white space among them. */
  readonly characters: number;
}

/** Characters of a text that are cut at once. */
const CHUNK = 2 ** 18;

/** What stands for the end of a line where units are words, before there is a vocabulary. */
const LINE_END = 0;

/** Reads texts as streams of numbers that are its own at first, since a vocabulary can only be built when all is read. */
export class TokenReader {
  readonly #unit: Unit;
  readonly #tokenizer: Tokenizer;
  readonly #characters = tokenizerOf({ unit: 'character', normalization: 'none' });
  /** What each number stands for. */
  readonly #tokens: string[] = ['\n'];
  readonly #numbers = new Map<string, number>();

  constructor(settings: { readonly unit: Unit; readonly normalization: Normalization }) {
    this.#unit = settings.unit;
    this.#tokenizer = tokenizerOf(settings);
  }

  read(text: string): CorpusText {
    let stream = new Int32Array(Math.min(text.length, CHUNK));
    let length = 0;
    let characters = 0;
    for (const chunk of chunksOf(text)) {
      const numbers = this.#numbersOf(chunk);
      characters += this.#unit === 'character' ? numbers.length : this.#characters.tokenize(chunk).length;
      if (length + numbers.length > stream.length) {
        const larger = new Int32Array(2 * (length + numbers.length));
        larger.set(stream.subarray(0, length));
        stream = larger;
      }
      stream.set(numbers, length);
      length += numbers.length;
    }
    return { stream: stream.slice(0, length), characters };
  }

  /** The tokens of a stream that was read, some at a time; without the ends of lines, which no vocabulary has to hold. */
  *tokenLists(stream: Int32Array): Generator<string[]> {
    const endsLines = this.#unit === 'word';
    for (let start = 0; start < stream.length; start += CHUNK) {
      const numbers = stream.subarray(start, start + CHUNK);
      yield Array.from(endsLines ? numbers.filter((number) => number !== LINE_END) : numbers, (number) => {
        return this.#tokens[number]!;
      });
    }
  }

  /** Gives a stream that was read the numbers of a vocabulary instead. */
  renumber(stream: Int32Array, vocabulary: Vocabulary): void {
    const known = Int32Array.from(this.#tokens, (token) => vocabulary.numberOf(token));
    if (this.#unit === 'word') known[LINE_END] = END;
    for (let at = 0; at < stream.length; at++) stream[at] = known[stream[at]!]!;
  }

  #numbersOf(chunk: string): number[] {
    const numberOf = (token: string) => this.#numberOf(token);
    if (this.#unit === 'character') return this.#tokenizer.tokenize(chunk).map(numberOf);
    const lines = chunk.split('\n');
    const last = lines.pop()!;
    const whole = lines.flatMap((line) => [...this.#tokenizer.tokenize(line).map(numberOf), LINE_END]);
    return last === '' ? whole : [...whole, ...this.#tokenizer.tokenize(last).map(numberOf)];
  }

  #numberOf(token: string): number {
    const known = this.#numbers.get(token);
    if (known !== undefined) return known;
    const number = this.#tokens.push(token) - 1;
    this.#numbers.set(token, number);
    return number;
  }
}

/** Cut after ends of lines, where no character and no word can go on. */
function* chunksOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start + CHUNK);
    const next = end === -1 ? text.length : end + 1;
    yield text.slice(start, next);
    start = next;
  }
}
