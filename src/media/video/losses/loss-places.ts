import type { Losses } from './lost-packets.js';

/** Finds the places of what is lost in the order of decoding, as ffmpeg's packets come. */
export interface LossPlaces {
  takePacket(packet: { readonly stamp: number; readonly decodingStamp: number }): void;
  /** Of packets that came since this was called last: their places, and half one less where others are missing before them. */
  next(secondsATick: number): number[];
}

export function createLossPlaces(losses: Losses | null | undefined): LossPlaces {
  const stamps: number[] = [];
  let place = 0;
  let isLatestWithin = false;
  return {
    takePacket: ({ stamp, decodingStamp }) => {
      if (losses) stamps.push(Number.isNaN(decodingStamp) ? stamp : decodingStamp);
    },
    next: (secondsATick) => {
      const places: number[] = [];
      for (; losses && place < stamps.length; place++) {
        const seconds = stamps[place]! * secondsATick;
        const isMadeUp = losses.given !== undefined && !hasTime(losses.given, seconds);
        // Of several frames that are stored as one, the first alone may have a stamp.
        if (!Number.isNaN(seconds)) isLatestWithin = hasTime(losses.within, seconds);
        if (isMadeUp || isLatestWithin) places.push(place);
        if (hasTime(losses.before, seconds)) places.push(place - 0.5);
      }
      return places;
    },
  };
}

/** Either side may have been rounded to microseconds. */
const hasTime = (times: ReadonlySet<number>, seconds: number): boolean =>
  [0, -1, 1].some((off) => times.has((Math.round(seconds * 1e6) + off) / 1e6));
