/**
 * Whether words of a program or a library say that it was refused memory, or a thread, which takes memory of its own:
 * of libc, of C++, of Node.js and of what loads libraries.
 */
export const tellsOfLackOfMemory = (words: string): boolean =>
  /cannot allocate memory|bad_alloc|array buffer allocation|resource temporarily unavailable|failed to map segment|creating thread/i.test(
    words,
  );

/** What helps then. */
export const MEMORY_FIX =
  'Free some, allow more where it is limited (ulimit -v, ulimit -u, a container), or read fewer clips at once.';
