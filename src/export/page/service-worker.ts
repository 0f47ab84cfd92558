// Keeps the page's files, so that it opens without a network once it was open.

/** Of the files, written before this script by the export. */
declare const clipstepFiles: { readonly digest: string; readonly names: readonly string[] };

/** What a worker of this kind has, and the types of pages lack. */
interface ServiceEvent extends Event {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as {
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(kind: 'install' | 'activate' | 'fetch', take: (event: ServiceEvent) => void): void;
};

/** Other exported pages of the same site have caches of their own. */
const OWN = `clipstep ${scope.registration.scope} `;
const CACHE = OWN + clipstepFiles.digest;

scope.addEventListener('install', (event) => {
  event.waitUntil(keepFiles().then(() => scope.skipWaiting()));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const isOwn = event.request.method === 'GET' && event.request.url.startsWith(scope.registration.scope);
  if (isOwn) event.respondWith(kept(event.request));
});

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  const keep = async (name: string) => {
    // Not what the browser has of an earlier page.
    const response = await fetch(name, { cache: 'reload' });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    // Of some servers it was redirected, which may not be the answer when the page is opened.
    await cache.put(name, new Response(response.body, { headers: response.headers }));
  };
  await Promise.all(clipstepFiles.names.map(keep));
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(OWN) && name !== CACHE).map((name) => caches.delete(name)),
  );
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const address = new URL(request.url);
  const wanted = address.pathname.endsWith('/') ? 'index.html' : request;
  return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(request);
}
