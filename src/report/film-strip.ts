import type { Film } from '../inputs/input-kind.js';
import { percent } from '../platform/percent.js';
import { largest } from '../tensors/largest.js';
import { escapeHtml } from './page.js';

/** What a picture shows of a clip. */
export interface FilmStrip {
  readonly film: Film;
  /** The class, or `unknown`. */
  readonly label: string;
  /** The most probable classes, most probable first. */
  readonly top: ReadonlyArray<{ readonly label: string; readonly probability: number }>;
  /** A weight for each timestep; absent where the network does not attend. */
  readonly attention?: readonly number[] | undefined;
}

/** Pixels. */
const WIDTH = 960;
const MARGIN = 12;
const GAP = 3;
const HEAD = 44;
const BARS = 44;
const FOOT = 26;

/** A clip of few frames would otherwise be a picture of large ones. */
const LARGEST_FRAME = 160;

/**
 * A clip's frames in a row as a picture (SVG) that refers to nothing outside of itself: the answer above them, between
 * the two what the network attends to, and below them when each is on screen. Dark where the reader wants it dark.
 */
export function filmStrip({ film, label, top, attention }: FilmStrip): string {
  const { pictures, timesSeconds } = film;
  const step = Math.min((WIDTH - 2 * MARGIN + GAP) / pictures.length, LARGEST_FRAME + GAP);
  const side = step - GAP;
  const left = (index: number) => MARGIN + index * step;
  const framesTop = HEAD + (attention ? BARS : 0);
  const height = framesTop + side + FOOT;
  const images = pictures.map(
    (picture, index) =>
      `<image x="${pixels(left(index))}" y="${pixels(framesTop)}" width="${pixels(side)}" height="${pixels(side)}" preserveAspectRatio="none" href="data:image/jpeg;base64,${picture}"/>`,
  );
  const whole = { left: MARGIN, width: pictures.length * step - GAP, bottom: framesTop - 4 };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${pixels(height)}" width="${WIDTH}" height="${pixels(height)}" role="img" aria-label="${escapeHtml(words(label, top))}">
<style>${STYLE}</style>
<rect class="ground" width="100%" height="100%" rx="8"/>
${answerText(label, top)}
${attention ? attentionBars(attention, whole).join('\n') : ''}
${images.join('\n')}
${timesSeconds ? timeTexts(timesSeconds, { count: pictures.length, left, side, y: framesTop + side + 17 }).join('\n') : ''}
</svg>
`;
}

const STYLE = `
svg { --ground: #fff; --ink: #222; --muted: #666; --bar: #c2620a }
@media (prefers-color-scheme: dark) { svg { --ground: #16181c; --ink: #e6e6e6; --muted: #a0a4ab; --bar: #f0a050 } }
text { font: 14px system-ui, sans-serif; fill: var(--muted) }
.ground { fill: var(--ground) } .label { font-size: 20px; font-weight: 600; fill: var(--ink) } .bar { fill: var(--bar) }
.time { font-size: 12px; text-anchor: middle }
`;

function answerText(label: string, top: FilmStrip['top']): string {
  const [best, ...others] = top;
  const also = others.map((other) => `${other.label} ${percent(other.probability)}`).join(', ');
  const gap = ' dx="10"';
  return `<text x="${MARGIN}" y="29"><tspan class="label">${escapeHtml(label)}</tspan><tspan${gap}>${best ? percent(best.probability) : ''}</tspan>${
    also === '' ? '' : `<tspan${gap}>${escapeHtml(also)}</tspan>`
  }</text>`;
}

const words = (label: string, top: FilmStrip['top']): string =>
  top[0] ? `${label}, ${percent(top[0].probability)}` : label;

/** A bar for each timestep, as wide together as the frames below; an even share is at most half as high as there is room. */
function attentionBars(
  attention: readonly number[],
  whole: { left: number; width: number; bottom: number },
): string[] {
  const most = Math.max(2 / attention.length, largest(attention));
  const step = whole.width / attention.length;
  return attention.map((weight, index) => {
    const height = ((BARS - 8) * weight) / most;
    return `<rect class="bar" x="${pixels(whole.left + (index + 0.05) * step)}" y="${pixels(whole.bottom - height)}" width="${pixels(0.9 * step)}" height="${pixels(height)}"/>`;
  });
}

/** Frames are some of the timesteps, those in the middle of equal spans. */
function timeTexts(
  timesSeconds: readonly number[],
  place: { count: number; left: (index: number) => number; side: number; y: number },
): string[] {
  const { count, left, side, y } = place;
  return Array.from({ length: count }, (_, index) => {
    const timestep = Math.floor(((index + 0.5) * timesSeconds.length) / count);
    return `<text class="time" x="${pixels(left(index) + side / 2)}" y="${pixels(y)}">${timesSeconds[timestep]!.toFixed(1)} s</text>`;
  });
}

const pixels = (value: number): string => value.toFixed(1);
