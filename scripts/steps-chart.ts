import { axisLook, type Chart, COLOURS, shareAxis } from '../src/report/chart.js';
import { drawPicture, LINES } from './picture.js';
import type { StepsRun } from './speed-page.js';

/** The accuracy and log loss of recipes by the steps that they train, side by side, as SVG. */
export const stepsChart = (runs: readonly StepsRun[]): string => drawPicture(chartOf(runs));

function chartOf(runs: readonly StepsRun[]): Chart {
  const grid = { top: 40, bottom: 90, width: 330 };
  const steps = [...new Set(runs.flatMap(({ lengths }) => lengths.map((length) => length.steps)))];
  const axis = { ...axisLook('steps'), type: 'category' as const, data: steps };
  const series = runs.flatMap(({ name, lengths }, index) => {
    const look = {
      name: name.replaceAll('`', ''),
      type: 'line' as const,
      color: LINES[index % LINES.length]!,
    };
    return [
      { ...look, data: lengths.map(({ accuracy }) => accuracy) },
      { ...look, xAxisIndex: 1, yAxisIndex: 1, data: lengths.map(({ logLoss }) => logLoss) },
    ];
  });
  return {
    label: 'Accuracy and log loss of recipes by the steps that they train',
    width: 860,
    height: 360,
    option: {
      grid: [
        { ...grid, left: 60 },
        { ...grid, left: 490 },
      ],
      legend: { bottom: 0, itemGap: 40, textStyle: { color: COLOURS.ink } },
      xAxis: [axis, { ...axis, gridIndex: 1 }],
      yAxis: [
        shareAxis('right'),
        { ...axisLook('log loss in nats'), type: 'value', min: 0, nameGap: 44, gridIndex: 1 },
      ],
      series,
    },
  };
}
