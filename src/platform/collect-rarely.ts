import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8's heap grow to five times what is in use before all of it is collected. V8 counts the memory of pictures towards a
 * limit that it sets by its own small heap, so that in a batch it would collect that heap after every hundred pictures, for
 * a tenth of the processor time. It is for the whole process: a command may call it, a library may not.
 */
export function collectRarely(): void {
  setFlagsFromString('--heap-growing-percent=400');
}
