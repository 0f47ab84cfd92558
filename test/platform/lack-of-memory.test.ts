import { expect, test } from 'vitest';
import { imageFailure } from '../../src/media/images/image-failure.js';
import { damageFailure } from '../../src/media/video/decoding-failure.js';
import { tellsOfLackOfMemory } from '../../src/platform/lack-of-memory.js';

// As they were said below ulimit -v.
test.each([
  'glib: Error creating thread: Resource temporarily unavailable',
  'libonnxruntime.so.1: failed to map segment from shared object',
  'pthread_create failed, error code: 11 error msg: Resource temporarily unavailable',
  'Array buffer allocation failed',
  'std::bad_alloc',
  "Non-zero status code returned while running Sub node. Name:'frames_step/Sub_726_0' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4718592",
  'Worker initialization failure: EAGAIN',
  'Error while decoding stream #0:0: Cannot allocate memory',
])('a lack of memory is told: %s', (words) => {
  expect(tellsOfLackOfMemory(words)).toBe(true);
});

test('damage is another thing', () => {
  expect(tellsOfLackOfMemory('VipsJpeg: premature end of JPEG image')).toBe(false);
});

test('a picture that there is no memory for is not called damaged', async () => {
  const cause = new Error('glib: Error creating thread: Resource temporarily unavailable');
  const failure = await imageFailure('a.jpg', cause);
  expect(failure).toMatchObject({ code: 'killed', problem: expect.stringContaining('a.jpg') });
  expect(failure.fix).toContain('ulimit -v');
});

test('a video whose damage may be a lack of memory says so', () => {
  const video = { path: 'a.mp4', allowDamaged: false };
  const failure = damageFailure(video, 'ffmpeg says: "Cannot allocate memory"');
  expect(failure).toMatchObject({ code: 'corrupt', fix: expect.stringContaining('ulimit -v') });
  expect(damageFailure(video, 'ffmpeg says: "ac-tex damaged"').fix).not.toContain('memory');
});
