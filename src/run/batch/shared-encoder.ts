/** Frames that go through the encoder in one run: more gain no speed. */
const FRAMES_PER_RUN = 8;

/** How long a frame waits for others to share a run with: less than decoding the next clip takes. */
const WAIT_MILLISECONDS = 20;

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: (features: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Encodes single frames that come from several clips at once. */
export interface SharedEncoder {
  /**
   * @param frame uint8 RGB [size, size, 3].
   * @returns float32 [featureCount].
   */
  encode(frame: Uint8Array): Promise<Float32Array>;
}

/**
 * Fills the encoder's runs with frames of whatever clips have some. A frame's features do not depend on
 * which others share its run.
 *
 * @param encode uint8 RGB [count, size, size, 3] to float32 [count, featureCount].
 */
export function shareEncoder(encode: (frames: Uint8Array) => Promise<Float32Array>): SharedEncoder {
  const waiting: Waiting[] = [];
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;

  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    if (isRunning || waiting.length === 0) return;
    isRunning = true;
    void run(encode, waiting.splice(0, FRAMES_PER_RUN)).finally(() => {
      isRunning = false;
      schedule();
    });
  };
  const schedule = () => {
    if (isRunning || waiting.length === 0) return;
    if (waiting.length >= FRAMES_PER_RUN) start();
    else timer ??= setTimeout(start, WAIT_MILLISECONDS);
  };
  return {
    encode: (frame) =>
      new Promise((resolve, reject) => {
        waiting.push({ frame, resolve, reject });
        schedule();
      }),
  };
}

async function run(
  encode: (frames: Uint8Array) => Promise<Float32Array>,
  waiting: readonly Waiting[],
): Promise<void> {
  try {
    const features = await encode(Buffer.concat(waiting.map(({ frame }) => frame)));
    const width = features.length / waiting.length;
    waiting.forEach(({ resolve }, index) => {
      resolve(features.slice(index * width, (index + 1) * width));
    });
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
