import { Option } from 'commander';

/** The job that a command is about. */
export interface JobFlags {
  readonly queue: string;
  readonly name: string;
}

export const queueOption = () =>
  new Option(
    '--queue <address>',
    'a Redis that carries the work, such as redis://localhost:6379 (rediss:// over TLS)',
  )
    .env('CLIPSTEP_QUEUE')
    .makeOptionMandatory();

export const nameOption = () => new Option('--name <job>', 'what the job is called').makeOptionMandatory();
