import type { Chart } from './chart.js';

/** Draws a chart as an SVG element, which needs no script. */
export type DrawChart = (chart: Chart) => string;

/** Loads the library that draws: some hundred milliseconds, for which nobody else is to wait. */
export async function openCharts(): Promise<DrawChart> {
  const { drawChart } = await import('./draw-chart.js');
  return drawChart;
}
