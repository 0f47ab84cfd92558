import type { OpenOptions } from '../predict/classify-options.js';

/** What a server serves, to whom, and within which limits. */
export interface ServerOptions extends Pick<OpenOptions, 'engine' | 'sampling' | 'allowDamaged'> {
  /** Folders of trained models, or names of ones that ship; each is served under its folder's name. */
  readonly models: readonly string[];
  readonly access: Access;
  readonly limits?: Partial<Limits> | undefined;
  /** Where bodies are stored until they are answered, in a folder of their own; the system's temporary folder when absent. */
  readonly temporaryFolder?: string | undefined;
  readonly onEvent?: ((event: ServeEvent) => void) | undefined;
}

/** Who may send requests. */
export interface Access {
  /** The exact `Host` headers that are answered, such as `127.0.0.1:7411`: pages that reach the server under another name are refused. */
  readonly hosts: ReadonlySet<string>;
  /** Origins of other sites whose pages may send requests, such as `https://example.com`. They need the token, if there is one. */
  readonly corsOrigins?: ReadonlySet<string> | undefined;
  /**
   * `open`: anybody who reaches it; `bearer`: the token with each request; `once`: the token once, in the address
   * of a page, and the browser gets a cookie for it.
   */
  readonly proof: Proof;
}

export type Proof = { readonly kind: 'open' } | { readonly kind: 'bearer' | 'once'; readonly token: string };

export interface Limits {
  /** Of a request's body. */
  readonly bodyBytes: number;
  /** Of the pictures in a zip together, unpacked. */
  readonly unpackedBytes: number;
  /** Of one picture in a zip, unpacked. */
  readonly pictureBytes: number;
  /** Pictures in a zip. */
  readonly zipEntries: number;
  /** Slower bodies are cut off, measured over each `uploadWindowSeconds`. */
  readonly uploadBytesPerSecond: number;
  readonly uploadWindowSeconds: number;
  /** From the body's end to the answer, waiting included. */
  readonly answerSeconds: number;
  /** Requests computed at once; one more than the machine has cores when absent. */
  readonly atOnce: number;
  /** Requests that may be uploading or waiting besides these; further ones are told to try again. */
  readonly waiting: number;
  /** Requests of one client at once. */
  readonly perClient: number;
}

/** What happens apart from requests. */
export type ServeEvent =
  | { readonly kind: 'model-changed'; readonly name: string }
  /** The old one is still served. */
  | { readonly kind: 'model-refused'; readonly name: string; readonly error: unknown }
  | { readonly kind: 'defect'; readonly error: unknown };
