import type { ReadBytes } from '../../byte-window.js';
import type { FilmSpan, Fragment } from '../mp4/fragment-times.js';
import { readFragmentedFile } from '../mp4/fragmented-file.js';
import type { LocatedPackets, Losses } from './lost-packets.js';
import { createGaps } from './packet-places.js';

/**
 * What is lost of the film in a fragmented MP4: where boxes do not follow each other, and where numbers of fragments are left out and
 * the film goes on later.
 *
 * @returns null for other files.
 */
export async function findFragmentLosses(
  readBytes: ReadBytes,
  located: LocatedPackets,
): Promise<Losses | null> {
  const file = await readFragmentedFile(readBytes);
  if (!file) return null;
  const { within, before, add: addGap } = createGaps(located);
  const lastStart = located.starts[located.starts.length - 1] ?? 0;
  const gaps = [...file.gaps, ...lostBefore(file.fragments).map(({ start }) => ({ start, end: start }))];
  for (const { start, end } of gaps) addGap(start, end);
  // Where no frame comes after a gap, all the rest is missing.
  const isCutOff =
    file.isCutOff || gaps.some(({ end }) => end > lastStart) || (file.isShort && gaps.length === 0);
  return { within, before, cutOff: isCutOff ? { declaredFrames: null } : undefined };
}

/**
 * Fragments before which others are missing. Numbers tell nothing in a file in which they do not always rise, as where segments were
 * joined, or are left out where time goes on, as where each track was numbered along with others.
 */
function lostBefore(fragments: readonly Fragment[]): Fragment[] {
  const lost: Fragment[] = [];
  let latest: Fragment | undefined;
  let latestFilm: FilmSpan | undefined;
  let isLeftOut = false;
  for (const fragment of fragments) {
    const { track, number, film } = fragment;
    if (latest?.track !== track) {
      latest = undefined;
      latestFilm = undefined;
      isLeftOut = false;
    }
    if (latest && number <= latest.number) return [];
    isLeftOut ||= latest !== undefined && number > latest.number + 1;
    latest = fragment;
    if (!film) continue;
    if (isLeftOut && latestFilm) {
      if (!isLater(film, latestFilm)) return [];
      lost.push(fragment);
    }
    isLeftOut = false;
    latestFilm = film;
  }
  return lost;
}

/** Whether there is room for a frame between two fragments. */
const isLater = (film: FilmSpan, before: FilmSpan): boolean =>
  film.startTicks - (before.startTicks + before.durationTicks) >=
  (before.durationTicks / before.frames) * LEAST_OF_FRAME;

/** Frames do not all last alike. */
const LEAST_OF_FRAME = 0.75;
