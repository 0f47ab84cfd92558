// What is recorded of the camera.

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
