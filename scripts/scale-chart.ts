import { axisLook } from '../src/report/chart.js';
import { drawPicture, pairOfCharts } from './picture.js';
import type { WholeRun } from './speed-page.js';

/** The processor's seconds and memory of whole commands by the number of clips, side by side, as SVG. */
export const scaleChart = (runs: readonly WholeRun[]): string =>
  drawPicture(
    pairOfCharts({
      label: 'Seconds of the processor and memory by the number of clips',
      lines: runs.map(({ name, sizes }) => ({
        name,
        left: sizes.map(({ size, processorSeconds }) => [size, processorSeconds]),
        right: sizes.map(({ size, megabytes }) => [size, megabytes]),
      })),
      xAxis: { ...axisLook('clips'), type: 'log' },
      yAxes: [
        { ...axisLook('seconds of the processor'), type: 'log', nameGap: 44 },
        { ...axisLook('megabytes'), type: 'value', min: 0, nameGap: 44 },
      ],
    }),
  );
