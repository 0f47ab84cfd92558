// The camera, and what is recorded of it.

/** The camera's picture, without sound. @throws Error with words for the person in front of it. */
export async function openCamera(): Promise<MediaStream> {
  try {
    const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    throw new Error(CAMERA_WORDS[error instanceof DOMException ? error.name : ''] ?? OTHER_WORDS);
  }
}

const CAMERA_WORDS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The browser does not let this page use the camera. Allow it beside the address, and try again.',
  NotFoundError: 'No camera was found. Connect one, or drop videos instead.',
  NotReadableError: 'Another program uses the camera. Close it, and try again.',
};

const OTHER_WORDS = 'The camera cannot be used. Drop videos instead.';

export const closeCamera = (stream: MediaStream | null): void => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};

/** What browsers can record, the one that all players take first. */
const FORMATS = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];

/** Records so much of a stream. Resolves to null where it was stopped before. */
export function record(
  stream: MediaStream,
  { milliseconds, signal }: { milliseconds: number; signal: AbortSignal },
): Promise<Blob | null> {
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format)) ?? '';
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 2_500_000 });
  const parts: Blob[] = [];
  return new Promise((resolve) => {
    const stop = () => {
      if (recorder.state !== 'inactive') recorder.stop();
    };
    const timer = setTimeout(stop, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('stop', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(signal.aborted ? null : new Blob(parts, { type: recorder.mimeType }));
    });
    recorder.start();
  });
}

export const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
