import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { counted } from '../platform/counted.js';
import { exists } from '../platform/exists.js';
import { parseQuery } from '../serve/parse-query.js';
import { Refusal } from '../serve/refusal.js';
import { requestLife } from '../serve/request-life.js';
import { cutClip, receiveClip, receiveRecording } from './arrivals.js';
import { forget, listBin } from './bin.js';
import { isAbsence } from './clip-checks.js';
import { listClips, type StoredClip } from './clip-folder.js';
import type { Change } from './project-changes.js';
import { readJson } from './read-json.js';
import { sendFile } from './send-file.js';
import type { Studio } from './studio-parts.js';
import { type Asked, DONE, type StudioRoute } from './studio-route.js';

const ids = z.array(z.string()).min(1).max(10_000);

/** The same for all clips of one recording session. */
const take = z.string().regex(/^[\w -]{1,60}$/, '1 to 60 letters (A to Z), digits, spaces, - or _');

/** The same for all that is dropped at once, and so taken back at once. */
const drop = z.string().regex(/^[\w-]{1,60}$/, '1 to 60 letters (A to Z), digits, _ or -');

const uploadSchema = z.strictObject({
  label: z.string(),
  /** What the file is called where it comes from; absent for a recording. */
  name: z.string().optional(),
  take: take.optional(),
  drop: drop.optional(),
});

const trimSchema = z
  .strictObject({ startSeconds: z.number().min(0), endSeconds: z.number().max(1e6) })
  .refine(({ startSeconds, endSeconds }) => endSeconds > startSeconds, {
    path: ['endSeconds'],
    message: 'must be after startSeconds',
  });

const ROUTES: readonly StudioRoute[] = [
  {
    method: 'POST',
    path: '/api/classes',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ label: z.string(), drop: drop.optional() }));
      await studio.changes.make(() => studio.clips.addClass(given.label, given.drop));
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/classes/rename',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ label: z.string(), to: z.string() }));
      await studio.changes.make(async () => {
        await requireClass(studio, given.label);
        const undo = await studio.clips.renameClass(given.label, given.to);
        return { title: `Rename “${given.label}”`, undo };
      });
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/classes/remove',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ label: z.string() }));
      await studio.changes.make(async () => {
        await requireClass(studio, given.label);
        const undo = await studio.clips.removeClass(given.label);
        return { title: `Remove “${given.label}”`, undo };
      });
      return DONE();
    },
  },
  { method: 'POST', path: '/api/clips', handle: upload },
  {
    method: 'POST',
    path: '/api/clips/move',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ ids, label: z.string() }));
      await studio.changes.make(async () => {
        await requireClass(studio, given.label);
        const clips = (await find(studio, given.ids)).filter((clip) => clip.label !== given.label);
        const undo = await studio.clips.move(clips, given.label);
        return { title: `Move ${counted(clips.length, 'clip')}`, undo };
      });
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/clips/group',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ ids, take: take.nullable() }));
      await studio.changes.make(async () => {
        const clips = await find(studio, given.ids);
        const undo = await studio.clips.group(clips, given.take);
        const verb = given.take === null ? 'Separate' : 'Group';
        return { title: `${verb} ${counted(clips.length, 'clip')}`, undo };
      });
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/clips/remove',
    handle: async ({ request, studio }) => {
      const given = await readJson(request, z.strictObject({ ids }));
      await studio.changes.make(async () => {
        const clips = await find(studio, given.ids);
        const undo = await studio.clips.remove(clips);
        return { title: `Delete ${counted(clips.length, 'clip')}`, undo };
      });
      return DONE();
    },
  },
  {
    method: 'GET',
    path: '/api/clips/:id/media',
    handle: async ({ request, studio, param }) => {
      const { path, isFolder } = await findOne(studio, param('id'));
      if (isFolder) throw noVideo();
      return sendFile(path, request);
    },
  },
  {
    method: 'GET',
    path: '/api/clips/:id/strip',
    handle: async ({ studio, param }) => {
      const clip = await findOne(studio, param('id'));
      const strip = await studio.thumbnails.of(clip).catch(async (error: unknown) => {
        throw (await exists(clip.path)) ? error : gone();
      });
      const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, max-age=86400, immutable' };
      return new Response(new Uint8Array(strip), { headers });
    },
  },
  { method: 'POST', path: '/api/clips/:id/trim', handle: trim },
  {
    method: 'POST',
    path: '/api/undo',
    handle: async ({ studio }) => {
      await studio.changes.undo();
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/bin/:id/restore',
    handle: async ({ studio, param }) => {
      await studio.changes.make(async () => {
        const binned = (await listBin(studio.project.bin)).find(({ id }) => id === param('id'));
        if (!binned) throw gone();
        const undo = await studio.clips.restore(binned);
        return { title: 'Restore 1 clip', undo };
      });
      return DONE();
    },
  },
  {
    method: 'POST',
    path: '/api/bin/empty',
    handle: async ({ studio }) => {
      const { bin } = studio.project;
      await studio.changes.makeForGood(async () => {
        for (const clip of await listBin(bin)) await forget(bin, clip);
      });
      return DONE();
    },
  },
];

/** Classes and clips: what the page calls Collect. What goes away by hand while it is worked on is said to be gone. */
export const CLIP_ROUTES: readonly StudioRoute[] = ROUTES.map((route) => ({
  ...route,
  handle: async (asked) => {
    try {
      return await route.handle(asked);
    } catch (error) {
      throw isAbsence(error) ? gone() : error;
    }
  },
}));

async function upload({ request, studio }: Asked): Promise<Response> {
  const { label: labelGiven, name, take, drop } = parseQuery(uploadSchema, request);
  const { project, limits } = studio;
  await requireClass(studio, labelGiven);
  const life = requestLife(request.signal, studio.signal);
  try {
    const receiving = { arriving: project.arriving, limits, signal: life.signal };
    const arrival = await (name === undefined
      ? receiveRecording(request, receiving)
      : receiveClip(request, { ...receiving, name }));
    const place = { label: labelGiven, name: arrival.name, group: take ?? null };
    await putIn(studio, arrival.path, async () => {
      // It may have been renamed while the clip arrived.
      await requireClass(studio, labelGiven);
      return studio.clips.add(arrival.path, place, drop);
    });
    return DONE();
  } finally {
    life.end();
  }
}

async function trim({ request, studio, param }: Asked): Promise<Response> {
  const given = await readJson(request, trimSchema);
  const life = requestLife(request.signal, studio.signal);
  try {
    const { arriving } = studio.project;
    const clip = await findOne(studio, param('id'));
    const path = await cutClip(clip, { ...given, arriving, signal: life.signal });
    await putIn(studio, path, async () => {
      const undo = await studio.clips.replace(await findOne(studio, clip.id), path);
      return { title: 'Trim 1 clip', undo };
    });
    return DONE();
  } finally {
    life.end();
  }
}

/** Makes a change that takes a file over; where it is refused, the file is not kept. */
async function putIn({ changes }: Studio, path: string, change: () => Promise<Change>): Promise<void> {
  await changes.make(change).finally(() => rm(path, { recursive: true, force: true }));
}

async function requireClass({ project }: Studio, name: string): Promise<void> {
  if ((await listClips(project.clips)).labels.includes(name)) return;
  throw new Refusal({
    status: 404,
    code: 'not_found',
    problem: `There is no class “${name}” any more.`,
    fix: 'It may have been renamed or removed in another window.',
  });
}

/** Those that are still there, at least one. */
async function find({ project }: Studio, wanted: readonly string[]): Promise<StoredClip[]> {
  const { clips } = await listClips(project.clips);
  const found = clips.filter(({ id }) => wanted.includes(id));
  if (found.length === 0) throw gone();
  return found;
}

async function findOne(studio: Studio, id: string): Promise<StoredClip> {
  const [clip] = await find(studio, [id]);
  return clip!; // it finds one, or throws
}

function noVideo(): Refusal {
  return new Refusal({
    status: 415,
    code: 'unsupported',
    problem: 'The clip is a folder of frames, which cannot be played.',
    fix: 'See its frames instead.',
  });
}

function gone(): Refusal {
  return new Refusal({
    status: 404,
    code: 'not_found',
    problem: 'The clip, or its class, is no longer there.',
    fix: 'It may have been moved or deleted in another window.',
  });
}
