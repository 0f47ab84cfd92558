import type { CustomSeriesRenderItem } from 'echarts';
import { axisLook, CHART_SIZE, type Chart, COLOURS, shareAxis } from './chart.js';

/** A bar of a chart of accuracies; its name is not anybody's, but the project's own. */
export interface AccuracyBar {
  readonly name: string;
  readonly accuracy: number;
  readonly interval?: readonly [low: number, high: number] | undefined;
}

/** Height of a bar with the space around it, in pixels. */
const BAR_HEIGHT = 34;

/** Accuracies as bars, the first on top, each with a whisker for its interval where it has one. */
export function accuracyBars(label: string, bars: readonly AccuracyBar[]): Chart {
  const whiskers = bars.flatMap(({ interval }, index) => (interval ? [[...interval, index]] : []));
  return {
    label,
    width: CHART_SIZE.width,
    height: BAR_HEIGHT * bars.length + 40,
    option: {
      // Some fonts are wider than the labels are reckoned to be.
      grid: { left: 172, right: 24, top: 8, bottom: 32 },
      xAxis: { ...shareAxis(''), position: 'bottom' },
      yAxis: {
        ...axisLook(''),
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLabel: { color: COLOURS.ink, fontSize: 13, width: 140, overflow: 'break', interval: 0 },
      },
      series: [
        {
          type: 'bar',
          color: COLOURS.first,
          silent: true,
          barWidth: '60%',
          itemStyle: { opacity: 0.75 },
          data: bars.map(({ accuracy }) => accuracy),
        },
        {
          type: 'custom',
          silent: true,
          z: 3,
          data: whiskers,
          renderItem: whisker,
          encode: { x: [0, 1], y: 2 },
        },
      ],
    },
  };
}

/** Half the height of a whisker's ends, in pixels. */
const WHISKER_END = 5;

const whisker: CustomSeriesRenderItem = (_, api) => {
  const place = (dimension: number) => api.coord([api.value(dimension), api.value(2)]);
  const [[low, y], [high]] = [place(0), place(1)] as [[number, number], [number, number]]; // two coordinates each
  const style = { stroke: COLOURS.ink, lineWidth: 1.5 };
  const stroke = (x1: number, y1: number, x2: number, y2: number) =>
    ({ type: 'line', shape: { x1, y1, x2, y2 }, style }) as const;
  return {
    type: 'group',
    children: [
      stroke(low, y, high, y),
      ...[low, high].map((x) => stroke(x, y - WHISKER_END, x, y + WHISKER_END)),
    ],
  };
};
