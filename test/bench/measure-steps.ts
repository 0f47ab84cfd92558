import { setTimeout as sleep } from 'node:timers/promises';
import { median, SETTLE_MILLISECONDS } from './measure.js';

/** Something that trains. */
export interface Trainee {
  readonly name: string;
  /** Makes as many training steps; how long each took, in milliseconds. */
  readonly steps: (count: number) => Promise<readonly number[]>;
  readonly release: () => Promise<void>;
}

export interface StepTiming {
  readonly name: string;
  /** Median over all steps, in milliseconds. */
  readonly milliseconds: number;
  /** The fastest step: where others use the machine too, what it would take alone. */
  readonly fastest: number;
  /** Median over the rounds of its median divided by the first trainee's in the same round. */
  readonly ratio: number;
}

const STEPS_IN_A_ROW = 5;

/** Where others use the machine too, threads that wait for one another may take a hundred times as long. */
const LONGEST_SECONDS = 60;
const FEWEST_ROUNDS = 3;

/**
 * As `compare` of measure.ts, but each trainee makes some steps in a row, as in a training.
 * @param rounds At most; fewer where they take too long.
 */
export async function compareSteps(trainees: readonly Trainee[], rounds: number): Promise<StepTiming[]> {
  for (const { steps } of trainees) await steps(STEPS_IN_A_ROW);
  const times: number[][][] = trainees.map(() => []);
  const latest = performance.now() + 1000 * LONGEST_SECONDS;
  for (let round = 0; round < rounds && (round < FEWEST_ROUNDS || performance.now() < latest); round++) {
    for (const [index, { steps }] of trainees.entries()) {
      await sleep(SETTLE_MILLISECONDS);
      times[index]!.push([...(await steps(STEPS_IN_A_ROW))]);
    }
  }
  const medians = times.map((ofRounds) => ofRounds.map(median));
  return trainees.map(({ name }, index) => ({
    name,
    milliseconds: median(times[index]!.flat()),
    fastest: Math.min(...times[index]!.flat()),
    ratio: median(medians[index]!.map((time, round) => time / medians[0]![round]!)),
  }));
}
