import { tell, tellHeading } from './figures.js';

/** Something whose time should grow with its size, and not faster. */
export interface Growth {
  readonly title: string;
  readonly sizes: readonly number[];
  /** What the sizes count. */
  readonly unit: string;
  /** Makes what is needed for a size, which is not timed. */
  readonly prepare: (size: number) => Promise<Work>;
}

export interface Work {
  /** A short word on the outcome, to be printed. */
  readonly run: () => Promise<string>;
  readonly release?: () => Promise<void>;
}

/** The fastest run counts: where others use the machine too, what it would take alone. */
const RUNS = 3;

/**
 * Prints the seconds that each size takes, and the exponent of the power of the size that fits them best: 1 where time
 * grows as the size does, 2 where it grows with all pairs. It is fitted to the processor's seconds, of all threads, which
 * others who use the machine change the least.
 */
export async function measureGrowth({ title, sizes, unit, prepare }: Growth): Promise<void> {
  tellHeading(`  ${title}`);
  const seconds: number[] = [];
  for (const size of sizes) {
    const { run, release } = await prepare(size);
    let [fastest, cheapest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let outcome = '';
    for (let turn = 0; turn < RUNS; turn++) {
      const [started, before] = [performance.now(), process.cpuUsage()];
      outcome = await run();
      fastest = Math.min(fastest, (performance.now() - started) / 1000);
      const { user, system } = process.cpuUsage(before);
      cheapest = Math.min(cheapest, (user + system) / 1e6);
    }
    await release?.();
    seconds.push(cheapest);
    const figures = [`${fastest.toFixed(3).padStart(8)} s`, `processor ${cheapest.toFixed(3).padStart(8)} s`];
    const line = `  ${`${size}`.padStart(10)} ${unit}  ${figures.join('  ')}  ${outcome}`;
    tell(line, `${size} ${unit}`, { size, seconds: fastest, processorSeconds: cheapest });
  }
  const exponent = exponentOf(sizes, seconds);
  tell(`  ${'exponent'.padStart(10)} ${exponent.toFixed(2)}`, 'exponent', { exponent });
}

/** Slope of the line through the logarithms, by least squares. */
export function exponentOf(sizes: readonly number[], seconds: readonly number[]): number {
  const [x, y] = [sizes.map(Math.log), seconds.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const along = x.reduce((sum, value, index) => sum + (value - meanX) * (y[index]! - meanY), 0);
  return along / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}
