import type { Calibration } from '../tasks/classification/calibration.js';
import { CHART_SIZE, type Chart, COLOURS, shareAxis } from './chart.js';

/** Diameters of the dots of a bin of few and of all examples, in pixels. */
const SMALLEST_DOT = 5;
const LARGEST_DOT = 36;

/**
 * How often answers are right (upwards) that are so probable (to the right): on the diagonal, probabilities can
 * be taken at their word. A dot's area is the share of the examples in its bin; no line joins them, since nothing is
 * known of what is between.
 */
export function reliabilityPlot({ bins }: Calibration): Chart {
  const all = bins.reduce((sum, { examples }) => sum + examples, 0);
  const diameter = (examples: number) =>
    SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * Math.sqrt(examples / all);
  const points = bins.map(({ confidence, accuracy, examples }) => ({
    value: [confidence, accuracy],
    symbolSize: diameter(examples),
  }));
  return {
    label: 'Reliability: accuracy by probability',
    ...CHART_SIZE,
    option: {
      grid: { left: 64, right: 24, top: 24, bottom: 48 },
      xAxis: { ...shareAxis('probability of the answer'), nameGap: 28 },
      yAxis: shareAxis('accuracy'),
      series: [
        {
          type: 'line',
          color: COLOURS.muted,
          symbol: 'none',
          silent: true,
          lineStyle: { type: 'dashed' },
          data: [
            [0, 0],
            [1, 1],
          ],
        },
        {
          type: 'scatter',
          color: COLOURS.first,
          silent: true,
          data: points,
          itemStyle: { opacity: 0.7 },
        },
      ],
    },
  };
}
