import * as z from 'zod';

const figureSchema = z.object({
  name: z.string(),
  of: z.string().optional(),
  numbers: z.record(z.string(), z.number()),
});

/** What `npm run bench -- all --json FILE` writes. */
export const figuresFileSchema = z.object({
  date: z.iso.date(),
  machine: z.object({ processor: z.string(), cores: z.int(), gibibytes: z.int(), system: z.string() }),
  versions: z.object({ clipstep: z.string(), node: z.string(), onnxruntime: z.string(), ffmpeg: z.string() }),
  benches: z.array(z.object({ name: z.string(), title: z.string(), figures: z.array(figureSchema) })),
});

export type FiguresFile = z.infer<typeof figuresFileSchema>;
type Bench = FiguresFile['benches'][number];
type Figure = Bench['figures'][number];

/** Between these lines, docs/speed.md is written from docs/speed.json. */
const [BEGIN, END] = ['<!-- figures: npm run docs:generate -->', '<!-- /figures -->'];

/** The page with what its figures say, between its two marks. */
export function withFigures(page: string, file: FiguresFile): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`There is no ${BEGIN} or ${END} in the page`);
  return `${before}${BEGIN}\n\n${sectionOf(file)}\n\n${END}${after}`;
}

function sectionOf(file: FiguresFile): string {
  const parts = [measuredOn(file), clipsTable(file), partsTable(file), othersTable(file), scaleTable(file)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function measuredOn({ date, machine, versions, benches }: FiguresFile): string {
  const names = benches.length >= MOST_NAMED ? 'all' : benches.map(({ name }) => name).join(' ');
  const { processor, cores, gibibytes, system } = machine;
  return `Measured on ${date} on ${cores} cores (${processor}, ${gibibytes} GB, ${system}) with Clipstep ${versions.clipstep}, Node.js ${versions.node},
onnxruntime ${versions.onnxruntime} and ffmpeg ${versions.ffmpeg}, by \`npm run bench -- ${names} --json docs/speed.json\`. Each line is of one run, so that only figures of
one line can be compared.`;
}

/** More benches than that are all there are. */
const MOST_NAMED = 10;

interface ClipsRow {
  readonly bench: string;
  /** As Figure has it. */
  readonly of?: string;
  readonly words: string;
  readonly value: (numbers: Figure['numbers']) => string;
}

const seconds = ({ milliseconds = Number.NaN }: Figure['numbers']): string =>
  `${(milliseconds / 1000).toFixed(2)} s`;

const CLIPS_ROWS: readonly ClipsRow[] = [
  {
    bench: 'batch',
    words: 'the clips of surveillance-fight, of 2 to 4 s',
    value: ({ clipsPerSecond = Number.NaN }) => `${clipsPerSecond.toFixed(1)} clips a second`,
  },
  {
    bench: 'cold-start',
    words: 'a 480p clip of 2 s, from the start of the process',
    value: seconds,
  },
  {
    bench: 'long-clip',
    of: 'a keyframe every 2 s',
    words: 'a minute of 1080p, a keyframe every 2 s, 16 frames read',
    value: seconds,
  },
  {
    bench: 'long-clip',
    of: 'a keyframe every 10 s',
    words: 'the same, a keyframe every 10 s',
    value: seconds,
  },
];

/** Whole clips, beside PyTorch with PyAV; with the packaged ffmpeg where there was another one. */
function clipsTable({ benches }: FiguresFile): string {
  const rows = CLIPS_ROWS.flatMap(({ bench, of, words, value }) => {
    const figures = benches.find(({ name }) => name === bench)?.figures.filter((figure) => figure.of === of);
    if (!figures || figures.length === 0) return [];
    const named = (name: string) =>
      figures.find((figure) => figure.name === `${name}, packaged ffmpeg`) ??
      figures.find((figure) => figure.name === name);
    const own = named('Clipstep');
    const peer = fastest(figures.filter(({ name }) => name.startsWith('PyTorch')));
    const cells = [own, named('Clipstep, int8'), peer].map((figure) => (figure ? value(figure.numbers) : ''));
    return [[`\`${bench}\`: ${words}`, ...cells, own && peer ? `${timesAsLong(peer, own)} x` : '']];
  });
  return table(['`npm run bench -- ...`', 'float32', 'int8', 'PyTorch', 'PyTorch by float32'], rows);
}

const fastest = (figures: readonly Figure[]): Figure | undefined =>
  figures.toSorted((one, other) => one.numbers.milliseconds! - other.numbers.milliseconds!)[0];

const timesAsLong = (peer: Figure, own: Figure): string =>
  (peer.numbers.milliseconds! / own.numbers.milliseconds!).toFixed(2);

/** Where the processor's time of a batch goes. */
function partsTable({ benches }: FiguresFile): string {
  const figures = benches.find(({ name }) => name === 'batch-parts')?.figures ?? [];
  if (figures.length === 0) return '';
  const kinds = [...new Set(figures.flatMap(({ of }) => of ?? []))];
  const parts = [...new Set(figures.map(({ name }) => name))];
  const cell = (part: string, kind: string) => {
    const { processorSeconds = Number.NaN, share = Number.NaN } =
      figures.find(({ name, of }) => name === part && of === kind)?.numbers ?? {};
    return `${processorSeconds.toFixed(1)} s, ${(100 * share).toFixed(0)} %`;
  };
  const rows = parts.map((part) => [part, ...kinds.map((kind) => cell(part, kind))]);
  return `Where the processor's time of that batch goes (\`npm run bench -- batch-parts\`):

${table(['', ...kinds], rows)}`;
}

/** Benches of one thing beside others, by how long those take. */
const COMPARED = ['encoder', 'train-lstm', 'train-cnn', 'train-characters', 'train-words', 'startup'];

function othersTable({ benches }: FiguresFile): string {
  const rows = COMPARED.flatMap((wanted) => {
    const bench = benches.find(({ name }) => name === wanted);
    const [first, ...others] = bench?.figures ?? [];
    if (!bench || !first) return [];
    const beside = others.map(({ name, numbers }) => `${name}: ${numbers.ratio?.toFixed(2)}`);
    return [[`\`${bench.name}\`: ${bench.title}`, first.name, beside.join('<br>')]];
  });
  return table(['', 'takes 1', 'beside it'], rows);
}

function scaleTable({ benches }: FiguresFile): string {
  const runs = wholeRunsOf(benches);
  if (runs.length === 0) return '';
  const rows = runs.map(({ name, sizes, exponent }) => {
    const { size, processorSeconds, megabytes } = sizes.at(-1)!;
    const cells = [`${size} clips`, `${processorSeconds.toFixed(1)} s`, `${megabytes.toFixed(0)} MB`];
    return [name, ...cells, exponent?.toFixed(2) ?? ''];
  });
  return `\`npm run bench -- scale\` runs the whole commands on growing numbers of small clips (100 to 20,000, or what \`CLIPSTEP_BENCH_CLIPS\`
names, such as \`100,300\`):

![Seconds of the processor and memory by the number of clips](images/scale.svg)

${table(['', 'the most', "processor's time", 'most memory', 'exponent'], rows)}

Time is that of the processor, of all threads, which others who use the machine change the least; memory is the most that the process had at
once. The exponent says how the time grows between the two largest numbers of clips: 1 is in proportion to them.`;
}

/** What was measured of a command by the number of clips. */
export interface WholeRun {
  readonly name: string;
  readonly sizes: ReadonlyArray<{
    size: number;
    seconds: number;
    processorSeconds: number;
    megabytes: number;
  }>;
  readonly exponent: number | undefined;
}

const sizedSchema = z.object({
  size: z.number(),
  seconds: z.number(),
  processorSeconds: z.number(),
  megabytes: z.number(),
});

/** Of the bench `scale`, those whose figures have a size and memory. */
export function wholeRunsOf(benches: FiguresFile['benches']): WholeRun[] {
  const figures = benches.find(({ name }) => name === 'scale')?.figures ?? [];
  const names = [...new Set(figures.flatMap(({ of }) => of ?? []))];
  return names.flatMap((name) => {
    const own = figures.filter(({ of }) => of === name);
    const sizes = own.flatMap(({ numbers }) => sizedSchema.safeParse(numbers).data ?? []);
    const exponent = own.find((figure) => figure.name === 'exponent')?.numbers.exponent;
    return sizes.length > 0 ? [{ name, sizes, exponent }] : [];
  });
}

/** How good a recipe is on a dataset, by the steps that it trains. */
export interface StepsRun {
  /** The dataset and the pipeline. */
  readonly name: string;
  readonly lengths: ReadonlyArray<z.infer<typeof lengthSchema>>;
}

const lengthSchema = z.object({ steps: z.int(), accuracy: z.number(), logLoss: z.number() });

/** Of the bench `steps`. */
export function stepsRunsOf(benches: FiguresFile['benches']): StepsRun[] {
  const figures = benches.find(({ name }) => name === 'steps')?.figures ?? [];
  const names = [...new Set(figures.flatMap(({ of }) => of ?? []))];
  return names.map((name) => ({
    name,
    lengths: figures.filter(({ of }) => of === name).map(({ numbers }) => lengthSchema.parse(numbers)),
  }));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
