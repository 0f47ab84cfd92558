import { type Chart, COLOURS } from '../src/report/chart.js';
import { drawChart } from '../src/report/draw-chart.js';

/** Colours of a picture that stands by itself, where no page gives them: those of a light one. */
const LIGHT: Readonly<Record<string, string>> = {
  [COLOURS.ink]: '#222',
  [COLOURS.muted]: '#666',
  [COLOURS.rule]: '#ddd',
};

/** Of lines beside each other. */
export const LINES = ['#2466c9', '#c2620a', '#2d8a4e', '#8a3ffc'];

/** A chart as SVG for a page of the docs, the same each time that it is drawn. */
export function drawPicture(chart: Chart): string {
  const svg = drawChart({ ...chart, option: { backgroundColor: '#fff', ...chart.option } });
  const coloured = Object.entries(LIGHT).reduce((drawn, [name, value]) => drawn.replaceAll(name, value), svg);
  // Without what only a pointer over it would show, and with names that do not count what was drawn in this process.
  return `${coloured.replace(/<style.*?<\/style>\n?/gs, '').replace(/zr\d+-/g, 'zr-')}\n`;
}
