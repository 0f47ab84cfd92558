import { axisLook, shareAxis } from '../src/report/chart.js';
import { drawPicture, pairOfCharts } from './picture.js';
import type { StepsRun } from './speed-page.js';

/** The accuracy and log loss of recipes by the steps that they train, side by side, as SVG. */
export function stepsChart(runs: readonly StepsRun[]): string {
  const steps = [...new Set(runs.flatMap(({ lengths }) => lengths.map((length) => length.steps)))];
  return drawPicture(
    pairOfCharts({
      label: 'Accuracy and log loss of recipes by the steps that they train',
      lines: runs.map(({ name, lengths }) => ({
        name: name.replaceAll('`', ''),
        left: lengths.map(({ accuracy }) => accuracy),
        right: lengths.map(({ logLoss }) => logLoss),
      })),
      xAxis: { ...axisLook('steps'), type: 'category', data: steps },
      yAxes: [shareAxis('right'), { ...axisLook('log loss in nats'), type: 'value', min: 0, nameGap: 44 }],
    }),
  );
}
