import type { EChartsOption } from 'echarts';
import { type Chart, COLOURS } from '../src/report/chart.js';
import { drawChart } from '../src/report/draw-chart.js';

/** Colours of a picture that stands by itself, where no page gives them: those of a light one. */
const LIGHT: Readonly<Record<string, string>> = {
  [COLOURS.ink]: '#222',
  [COLOURS.muted]: '#666',
  [COLOURS.rule]: '#ddd',
};

/** Of lines beside each other. */
const LINES = ['#2466c9', '#c2620a', '#2d8a4e', '#8a3ffc'];

/** A line in both charts of a pair: a value or a point for each place of the axis. */
interface PairedLine {
  readonly name: string;
  readonly left: Array<number | [number, number]>;
  readonly right: Array<number | [number, number]>;
}

type Axis<Name extends 'xAxis' | 'yAxis'> = Exclude<NonNullable<EChartsOption[Name]>, readonly unknown[]>;

/** The same lines in two charts side by side, with one legend. */
export function pairOfCharts({
  label,
  lines,
  xAxis,
  yAxes: [left, right],
}: {
  label: string;
  lines: readonly PairedLine[];
  xAxis: Axis<'xAxis'>;
  yAxes: readonly [Axis<'yAxis'>, Axis<'yAxis'>];
}): Chart {
  const grid = { top: 40, bottom: 90, width: 330 };
  const series = lines.flatMap((line, index) => {
    const look = { name: line.name, type: 'line' as const, color: LINES[index % LINES.length]! };
    return [
      { ...look, data: line.left },
      { ...look, xAxisIndex: 1, yAxisIndex: 1, data: line.right },
    ];
  });
  return {
    label,
    width: 860,
    height: 360,
    option: {
      grid: [
        { ...grid, left: 60 },
        { ...grid, left: 490 },
      ],
      legend: { bottom: 0, itemGap: 40, textStyle: { color: COLOURS.ink } },
      xAxis: [xAxis, { ...xAxis, gridIndex: 1 }],
      yAxis: [left, { ...right, gridIndex: 1 }],
      series,
    },
  };
}

/** A chart as SVG for a page of the docs, the same each time that it is drawn. */
export function drawPicture(chart: Chart): string {
  const svg = drawChart({ ...chart, option: { backgroundColor: '#fff', ...chart.option } });
  const coloured = Object.entries(LIGHT).reduce((drawn, [name, value]) => drawn.replaceAll(name, value), svg);
  // Without what only a pointer over it would show, and with names that do not count what was drawn in this process.
  return `${coloured.replace(/<style.*?<\/style>\n?/gs, '').replace(/zr\d+-/g, 'zr-')}\n`;
}
