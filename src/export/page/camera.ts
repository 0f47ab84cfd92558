// The camera, as a person lets a page use it.

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
