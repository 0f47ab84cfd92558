import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Mirror {
  /** Ends in a slash, as mirrors' addresses do. */
  readonly address: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  close(): void;
}

/** A real server on this machine that answers every request in the given way. */
export async function startMirror(answer: (name: string, response: ServerResponse) => void): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url!.slice('/mnist/'.length);
    requests.push(name);
    answer(name, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // The address of a server that listens on a port is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/mnist/`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
