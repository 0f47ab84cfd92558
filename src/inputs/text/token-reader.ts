import { GrowingStream, type TokenStream } from './token-stream.js';
import { type Tokenization, type Tokenizer, tokenizerOf, type Unit } from './tokenizer.js';
import { END, type Vocabulary } from './vocabulary.js';

/** A running text, or a part of one. */
export interface CorpusText {
  /** The numbers of its tokens; where these are words, END stands for the end of a line. */
  readonly stream: TokenStream;
  /** That the tokens are written with: extended grapheme clusters, white space among them. */
  readonly characters: number;
}

/** Code units of a text, at least, for each of its tokens as a rule. */
const LENGTHS: Readonly<Record<Unit, number>> = { character: 1, word: 4 };

/**
 * Code units of a text that are cut at once, at least: what Intl.Segmenter takes for each token of a string goes by the
 * string's length where it has characters beyond Latin-1.
 */
const CHUNK = 2 ** 11;

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

  constructor(settings: Tokenization) {
    this.#unit = settings.unit;
    this.#tokenizer = tokenizerOf(settings);
  }

  read(text: string): CorpusText {
    const stream = new GrowingStream(Math.ceil(text.length / LENGTHS[this.#unit]));
    let characters = 0;
    for (const chunk of chunksOf(text)) {
      const numbers = this.#numbersOf(chunk);
      characters += this.#unit === 'character' ? numbers.length : this.#characters.tokenize(chunk).length;
      stream.append(numbers);
    }
    return { stream: stream.stream(), characters };
  }

  /** The tokens of a stream that was read, some at a time; without the ends of lines, which no vocabulary has to hold. */
  *tokenLists(stream: TokenStream): Generator<string[]> {
    const endsLines = this.#unit === 'word';
    for (let start = 0; start < stream.length; start += CHUNK) {
      const numbers = Array.from(stream.subarray(start, start + CHUNK));
      const wanted = endsLines ? numbers.filter((number) => number !== LINE_END) : numbers;
      yield wanted.map((number) => this.#tokens[number]!);
    }
  }

  /** Gives a stream that was read the numbers of a vocabulary instead. */
  renumber(stream: TokenStream, vocabulary: Vocabulary): void {
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
