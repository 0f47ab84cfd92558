import { Command } from 'commander';
import type { EngineName } from '../engine/engine.js';
import { counted } from '../platform/counted.js';
import { printable, printableLines } from '../platform/printable.js';
import { publicAddress } from '../platform/remote/web-address.js';
import { DEFAULT_STALL_SECONDS, DEFAULT_WINDOWING, watch } from '../predict/live/watch.js';
import type { WatchEvent, WatchResult } from '../predict/live/watch-options.js';
import { type EventCommand, eventCommand } from './event-command.js';
import {
  engineOption,
  imagenetWeightsOption,
  maxDistanceOption,
  minProbabilityOption,
  modelOption,
  numberWithin,
  wholeNumber,
} from './flags.js';
import { interruptible } from './interruptible.js';
import { type ModelFlags, openModel } from './prediction-options.js';
import { requireSent, STDIN } from './spool-stdin.js';
import { jsonLine, type Said, wordLine } from './watch-lines.js';
import { enterOption, leaveOption, refuseBackwards } from './window-options.js';

interface Flags extends ModelFlags {
  readonly window: number;
  readonly stride: number;
  readonly enter?: number;
  readonly leave?: number;
  readonly eachWindow?: boolean;
  readonly exec?: string;
  readonly realtime?: boolean;
  readonly stall: number;
  readonly top: number;
  readonly minProbability?: number;
  readonly maxDistance?: number;
  readonly json?: boolean;
  readonly engine: 'auto' | EngineName;
}

/** An hour: what takes longer is nothing to wait for. */
const LONGEST_SECONDS = 3600;

/** `clipstep watch` */
export function watchCommand(): Command {
  const seconds = numberWithin(0.1, LONGEST_SECONDS);
  return new Command('watch')
    .description('say what a camera or a stream shows, while it shows it; see docs/watch.md')
    .argument(
      '<source>',
      'camera, camera:NAME, a device such as /dev/video0, an rtsp:// or http(s):// address, - for what comes through stdin, or a file with --realtime',
    )
    .addOption(modelOption())
    .addOption(imagenetWeightsOption())
    .option('--window <seconds>', 'length of a window', seconds, DEFAULT_WINDOWING.windowSeconds)
    .option(
      '--stride <seconds>',
      'seconds from the start of one window to the next',
      seconds,
      DEFAULT_WINDOWING.strideSeconds,
    )
    .addOption(enterOption('as probable as an answer has to be, and at least 0.5'))
    .addOption(leaveOption('seven tenths of --enter'))
    .option(
      '--exec <command>',
      'program to run when a class begins or ends; CLIPSTEP_EVENT and others say what',
    )
    .option('--each-window', 'print a line for each window, too')
    .option('--realtime', 'read a file as slowly as it plays, as if it were live')
    .option(
      '--stall <seconds>',
      'open a camera or an address again when no frame has come for so long',
      seconds,
      DEFAULT_STALL_SECONDS,
    )
    .option('-t, --top <count>', 'how many classes to list for each window', wholeNumber(1), 3)
    .addOption(minProbabilityOption())
    .addOption(maxDistanceOption())
    .option('--json', 'print lines of JSON')
    .addOption(engineOption())
    .action(async (source: string, flags: Flags) => {
      const result = await interruptible((signal) => run(source, flags, signal), { endSeconds: END_SECONDS });
      console.error(summary(result));
    });
}

/** More than what --exec runs has to end. */
const END_SECONDS = 10;

async function run(given: string, flags: Flags, signal: AbortSignal): Promise<WatchResult> {
  const { window: windowSeconds, stride: strideSeconds, enter, leave, exec, stall, ...options } = flags;
  const windowing = refuseBackwards({ windowSeconds, strideSeconds, enter, leave });
  if (given === STDIN) requireSent('ffmpeg -i SOURCE -c copy -f mpegts - | clipstep watch -');
  const command = exec === undefined ? null : await eventCommand(exec, publicAddress(given));
  const bundle = await openModel(flags);
  const source = given === STDIN ? process.stdin : given;
  const onEvent = teller(flags, command);
  try {
    return await watch({ ...options, bundle, source, windowing, stallSeconds: stall, signal, onEvent });
  } finally {
    await command?.finish(signal);
  }
}

/** Says results on stdout, and how the source is on stderr. */
function teller({ json, eachWindow }: Flags, command: EventCommand | null): (event: WatchEvent) => void {
  const print = (said: Said) => console.log((json ? jsonLine : wordLine)(said, new Date()));
  return (event) => {
    switch (event.kind) {
      case 'connected':
        return console.error(`Watching ${printable(event.source)}`);
      case 'lost':
        return console.error(lostLine(event));
      case 'window':
        return eachWindow ? print(event) : undefined;
      case 'start':
      case 'end':
        print(event);
        command?.run(event);
    }
  };
}

function lostLine({ problem, retrySeconds }: Extract<WatchEvent, { kind: 'lost' }>): string {
  const words = printableLines(problem?.problem ?? 'The source has ended.');
  return `${words} Opening it again in ${retrySeconds} s.`;
}

function summary({ windows, starts, connections, droppedFrames, droppedWindows }: WatchResult): string {
  const dropped = [
    ...(droppedFrames > 0 ? [counted(droppedFrames, 'frame')] : []),
    ...(droppedWindows > 0 ? [counted(droppedWindows, 'window')] : []),
  ];
  return [
    counted(windows, 'window'),
    counted(starts, 'event'),
    counted(connections, 'connection'),
    ...(dropped.length > 0 ? [`${dropped.join(' and ')} dropped`] : []),
  ].join(', ');
}
