import { axisLook, type Chart, COLOURS } from '../src/report/chart.js';
import { drawPicture, LINES } from './picture.js';
import type { WholeRun } from './speed-page.js';

/** The processor's seconds and memory of whole commands by the number of clips, side by side, as SVG. */
export const scaleChart = (runs: readonly WholeRun[]): string => drawPicture(chartOf(runs));

function chartOf(runs: readonly WholeRun[]): Chart {
  const grid = { top: 40, bottom: 90, width: 330 };
  const axis = { type: 'log' as const };
  const series = runs.flatMap(({ name, sizes }, index) => {
    const look = { name, type: 'line' as const, color: LINES[index % LINES.length]! };
    return [
      { ...look, data: sizes.map(({ size, processorSeconds }) => [size, processorSeconds]) },
      { ...look, xAxisIndex: 1, yAxisIndex: 1, data: sizes.map(({ size, megabytes }) => [size, megabytes]) },
    ];
  });
  return {
    label: 'Seconds of the processor and memory by the number of clips',
    width: 860,
    height: 360,
    option: {
      grid: [
        { ...grid, left: 60 },
        { ...grid, left: 490 },
      ],
      legend: { bottom: 0, itemGap: 40, textStyle: { color: COLOURS.ink } },
      xAxis: [
        { ...axisLook('clips'), ...axis },
        { ...axisLook('clips'), ...axis, gridIndex: 1 },
      ],
      yAxis: [
        { ...axisLook('seconds of the processor'), ...axis, nameGap: 44 },
        { ...axisLook('megabytes'), type: 'value', min: 0, nameGap: 44, gridIndex: 1 },
      ],
      series,
    },
  };
}
