import type { ClipPictures } from './clip-pictures.js';
import { wait } from './wait.js';

/** A video, whose frames are found by seeking. @throws Error for one that this browser does not play. */
export async function openVideo(file: File): Promise<ClipPictures> {
  const video = document.createElement('video');
  const address = URL.createObjectURL(file);
  const close = () => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  };
  try {
    Object.assign(video, { muted: true, playsInline: true, preload: 'auto', src: address });
    await happened(video, 'loadeddata');
    return {
      seconds: await lengthOf(video),
      at: async (seconds) => {
        const startSeconds = await seek(video, seconds);
        return { picture: await createImageBitmap(video), startSeconds };
      },
      close,
    };
  } catch {
    close();
    throw new Error('This browser does not play it. MP4 (H.264) and WebM are played everywhere.');
  }
}

/** Rejects where the video fails instead. */
function happened(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => () => {
      video.removeEventListener(event, done);
      video.removeEventListener('error', failed);
      settle();
    };
    const done = end(resolve);
    const failed = end(() => reject(video.error));
    video.addEventListener(event, done);
    video.addEventListener('error', failed);
  });
}

/** Containers round times, so that one may seem to lie just before its frame. */
const TOLERANCE_SECONDS = 0.0005;

/** A busy browser may never report the frame. */
const MOST_WAITING_MILLISECONDS = 200;

/** @returns when the frame that is shown then comes onto the screen, as far as the browser says so. */
async function seek(video: HTMLVideoElement, seconds: number): Promise<number> {
  const found = happened(video, 'seeked');
  const shown =
    'requestVideoFrameCallback' in video &&
    new Promise<number>((resolve) => {
      video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime));
    });
  video.currentTime = seconds + TOLERANCE_SECONDS;
  await found;
  if (!shown) return seconds;
  const { signal } = new AbortController();
  return Promise.race([shown, wait(MOST_WAITING_MILLISECONDS, signal).then(() => seconds)]);
}

/** Recordings of browsers do not say how long they are: that is found at their end. */
async function lengthOf(video: HTMLVideoElement): Promise<number> {
  if (Number.isFinite(video.duration)) return video.duration;
  await seek(video, Number.MAX_SAFE_INTEGER);
  return Number.isFinite(video.duration) ? video.duration : video.currentTime;
}
