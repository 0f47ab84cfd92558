/** Tells pages that are open that something has changed, by server-sent events (HTML, 9.2). */
export interface EventStream {
  /** What it is that has changed; calls in quick succession become one event. */
  announce(kind: 'state' | 'progress'): void;
  /** An answer that goes on until the page closes it, or the stream is closed. */
  open(): Response;
  close(): void;
}

/** A page is told no more often. */
const MILLISECONDS_BETWEEN = 200;

/** Without a word for some time, proxies and browsers take a line for dead. */
const MILLISECONDS_SILENT = 15_000;

export function openEventStream(): EventStream {
  const pages = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const waiting = new Set<string>();
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | null = null;
  const send = (text: string) => {
    const bytes = encoder.encode(text);
    for (const page of pages) page.enqueue(bytes);
  };
  const flush = () => {
    timer = null;
    for (const kind of waiting) send(`event: ${kind}\ndata:\n\n`);
    waiting.clear();
  };
  const alive = setInterval(() => send(':\n\n'), MILLISECONDS_SILENT);
  alive.unref();
  return {
    announce: (kind) => {
      waiting.add(kind);
      timer ??= setTimeout(flush, MILLISECONDS_BETWEEN);
    },
    open: () => {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          own = controller;
          pages.add(controller);
          // A page that comes back has missed what happened meanwhile.
          controller.enqueue(encoder.encode('retry: 1000\nevent: state\ndata:\n\n'));
        },
        cancel: () => {
          pages.delete(own);
        },
      });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    },
    close: () => {
      clearInterval(alive);
      if (timer) clearTimeout(timer);
      for (const page of pages) page.close();
      pages.clear();
    },
  };
}
