import { type LocatedClip, locateClip } from '../media/locate.js';
import { isWebAddress, publicAddress } from '../platform/remote/web-address.js';
import type { OpenOptions } from './classify-options.js';

interface LocateOptions extends Pick<OpenOptions, 'remote' | 'timeoutSeconds'> {
  readonly signal?: AbortSignal | undefined;
}

/** Whether an input is to be fetched, rather than found. */
export const isFetched = (input: string, { remote }: Pick<OpenOptions, 'remote'>): boolean =>
  remote !== undefined && isWebAddress(input);

/** What an input is called in results. */
export const nameOf = (input: string, options: Pick<OpenOptions, 'remote'>): string =>
  isFetched(input, options) ? publicAddress(input) : input;

/**
 * Does work on a clip: where it lies, or where addresses are fetched, in a file that is removed afterwards.
 *
 * @throws UserError as locateClip and RemoteClips; whatever the work throws.
 */
export async function withLocated<T>(
  input: string,
  options: LocateOptions,
  work: (located: LocatedClip) => Promise<T>,
): Promise<T> {
  if (!isFetched(input, options)) return work(await locateClip(input));
  // Loaded where it is needed: it is part of no other first answer.
  const { withFetched } = await import('./fetch-input.js');
  return withFetched(input, options, async (path) =>
    work({ ...(await locateClip(path)), input: nameOf(input, options) }),
  );
}
