import { Command } from 'commander';
import colors from 'picocolors';
import { type Check, diagnose } from '../doctor/doctor.js';

const MARKS = {
  ok: colors.green('ok     '),
  missing: colors.red('missing'),
  optional: colors.yellow('without'),
};

/** `clipstep doctor` */
export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command('doctor')
    .description('check that every part works, and say how to fix those that do not')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const diagnosis = await diagnose();
      if (flags.json) console.log(JSON.stringify(diagnosis, null, 2));
      else {
        for (const check of diagnosis.checks) console.log(lineOf(check));
        console.log(
          diagnosis.canClassify ? 'Clips can be classified here.' : 'Clips cannot be classified here.',
        );
      }
      if (!diagnosis.canClassify) finish(1);
    });
}

function lineOf({ name, status, detail, fix }: Check): string {
  const line = `${MARKS[status]}  ${name.padEnd(18)}  ${detail}`;
  return fix ? `${line}\n         ${' '.repeat(18)}  ${colors.bold(fix)}` : line;
}
