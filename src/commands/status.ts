import { Command } from 'commander';
import colors from 'picocolors';
import { counted } from '../platform/counted.js';
import { printable } from '../platform/printable.js';
import { type JobStatus, jobStatus } from '../queue/job-status.js';
import { type JobFlags, nameOption, queueOption } from './queue-options.js';

/** `clipstep status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('say how far a job on a queue is, over all its workers')
    .addOption(queueOption())
    .addOption(nameOption())
    .option('--json', 'print it as JSON')
    .action(async ({ json, ...job }: JobFlags & { json?: boolean }) => {
      const status = await jobStatus(job);
      console.log(json ? JSON.stringify(status) : statusText(status));
    });
}

function statusText({ name, source, model, startedAt, isAdded, isDone, ...counts }: JobStatus): string {
  const { clips, left, chunks, workers } = counts;
  const done = isAdded ? `${clips - left} of ${counted(clips, 'clip')} done` : 'clips are still being added';
  return [
    `${colors.bold(name)}: ${isDone ? 'done, ' : ''}${done}, by ${counted(workers, 'worker')}`,
    `Chunks: ${chunks.waiting} waiting, ${chunks.active} under way${chunks.failed > 0 ? `, ${chunks.failed} failed` : ''}`,
    `${printable(source)}, for the model ${model}, since ${startedAt}`,
  ].join('\n');
}
