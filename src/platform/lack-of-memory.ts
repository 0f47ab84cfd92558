/**
 * Whether words of a program or a library say that it was refused memory, or a thread, which takes memory of its own:
 * of libc, of C++, of Node.js, of onnxruntime and of what loads libraries.
 */
export const tellsOfLackOfMemory = (words: string): boolean =>
  /cannot allocate memory|bad_alloc|array buffer allocation|resource temporarily unavailable|failed to map segment|creating thread|available memory of \d+ is smaller|failed to allocate memory for requested buffer|worker initialization failure: (?:EAGAIN|ENOMEM)/i.test(
    words,
  );

/** What helps then. */
export const MEMORY_FIX =
  'Free some, allow more where it is limited (ulimit -v, ulimit -u, a container), or read fewer clips at once.';
