import {
  type Encode,
  type EncodedFrame,
  encodeRun,
  FRAMES_PER_RUN,
  RunMemory,
  type WaitingFrame,
} from './encode-run.js';

/** How long a clip's last frames wait for others' to share a run with: less than decoding the next clip takes. */
const WAIT_MILLISECONDS = 20;

interface Encoders {
  /** Alike; each has one run at a time, at least one of them. */
  readonly encoders: readonly Encode[];
  /** Until then frames gather for whole runs. Where it fails, so do the encoders. */
  readonly loaded: Promise<unknown>;
}

/** Encodes frames that come one by one, from several clips at once. */
export interface SharedEncoder {
  /** For the frames of one clip. */
  join(): EncoderShare;
}

export interface EncoderShare {
  /** @returns float32 [streams x featureCount]. */
  encode(frame: EncodedFrame): Promise<Float32Array>;
  /** Says, once, that no more frames come. When no clip has any, none is waited for. */
  leave(): void;
}

/**
 * Fills the runs of encoders with frames of whatever clips have some. A frame's features do not depend on which
 * others share its run, nor on which encoder it comes to.
 */
export function shareEncoders({ encoders, loaded }: Encoders): SharedEncoder {
  const waiting: WaitingFrame[] = [];
  const idle: Array<{ encode: Encode; memory: RunMemory }> = [];
  let shares = 0;
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;

  const start = () => {
    const encoder = waiting.length > 0 && idle.pop();
    if (!encoder) return;
    const frames = waiting.splice(0, FRAMES_PER_RUN);
    if (waiting.length === 0) {
      clearTimeout(timer);
      timer = undefined;
      isLate = false;
    }
    void encodeRun(frames, encoder).finally(() => {
      idle.push(encoder);
      schedule();
    });
  };
  // Where several clips have more, a frame can wait, so that runs are whole and fewer messages pass between threads. Of one clip
  // alone, frames would wait for the decoder: an idle encoder takes what is there, which takes no longer a frame.
  const schedule = () => {
    if (waiting.length >= FRAMES_PER_RUN || shares <= 1 || isLate) start();
  };
  const hurry = () => {
    isLate = true;
    schedule();
  };
  const encode: EncoderShare['encode'] = (frame) =>
    new Promise((resolve, reject) => {
      waiting.push({ frame, resolve, reject });
      schedule();
    });
  const leave = () => {
    shares -= 1;
    if (waiting.length > 0) timer ??= setTimeout(hurry, WAIT_MILLISECONDS);
    schedule();
  };
  const begin = () => {
    for (const encode of encoders) {
      idle.push({ encode, memory: new RunMemory() });
      schedule();
    }
  };
  loaded.then(begin, begin);
  return {
    join: () => {
      shares += 1;
      return { encode, leave };
    },
  };
}
