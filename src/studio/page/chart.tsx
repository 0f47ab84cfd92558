import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Line {
  readonly name: string;
  readonly values: ReadonlyArray<number | null>;
  /** Lines of one number have one colour; its place among the lines when absent. */
  readonly colour?: number;
  readonly isDashed?: boolean;
}

interface ChartProps {
  /** What it shows, in words: all that a screen reader has of it. */
  readonly summary: string;
  readonly xName: string;
  readonly yName?: string;
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  /** The highest value that there can be; as the values go when absent. */
  readonly most?: number | undefined;
  readonly height?: number;
}

/** Lines over a common axis. */
export function Chart({ summary, xName, yName, x, lines, most, height = 220 }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = lines.map(({ name }) => name).join('\n');
  useEffect(() => {
    const element = box.current!; // it is rendered below
    const draw = () => {
      plot.current?.destroy();
      const options = chartOptions({ xName, yName, lines, most, width: element.clientWidth, height });
      plot.current = new uPlot(options, [[], ...lines.map(() => [])], element);
      fill(plot.current, x, lines);
    };
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height });
    });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    draw();
    observer.observe(element);
    scheme.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names, most, height]);
  useEffect(() => {
    if (plot.current) fill(plot.current, x, lines);
  }, [x, lines]);
  return (
    <figure class="chart">
      <div ref={box} aria-hidden="true" />
      <figcaption class="unseen">{summary}</figcaption>
    </figure>
  );
}

function fill(plot: uPlot, x: readonly number[], lines: readonly Line[]): void {
  plot.setData([[...x], ...lines.map(({ values }) => [...values])]);
}

/** As many as can be told apart; more classes begin again. */
const COLOURS = 8;

function chartOptions(options: {
  xName: string;
  yName: string | undefined;
  lines: readonly Line[];
  most: number | undefined;
  width: number;
  height: number;
}): uPlot.Options {
  const { xName, yName, lines, most, width, height } = options;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const font = '12px system-ui, sans-serif';
  return {
    width,
    height,
    legend: {
      live: false,
      markers: { dash: (_, index) => (lines[index - 1]?.isDashed ? 'dashed' : 'solid') },
    },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => [Math.min(0, low), most ?? Math.max(high, 0.1)] },
    },
    axes: [
      { ...axis, font, label: xName, labelFont: font, labelSize: 20, size: 30 },
      { ...axis, font, size: 44, ...(yName ? { label: yName, labelFont: font, labelSize: 20 } : {}) },
    ],
    series: [
      { label: xName },
      ...lines.map(({ name, colour: own, isDashed }, index) => ({
        label: name,
        stroke: colour(`--series-${((own ?? index) % COLOURS) + 1}`),
        ...(isDashed ? { dash: [6, 4] } : {}),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}
