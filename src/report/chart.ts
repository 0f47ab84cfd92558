import type { EChartsOption } from 'echarts';

/** What a chart shows, and how large it is drawn; a page scales it. */
export interface Chart {
  /** What it shows, in plain words, for those who do not see it. */
  readonly label: string;
  readonly option: EChartsOption;
  /** In pixels, text being 13 of them high. */
  readonly width: number;
  readonly height: number;
}

/** Narrow, so that text stays readable where a phone shrinks it. */
export const CHART_SIZE = { width: 440, height: 260 } as const;

/** Colours of a page, see page.ts: a chart in it is light or dark with it. */
export const COLOURS = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  first: 'var(--first)',
  second: 'var(--second)',
} as const;

/** How an axis of a chart looks. */
export const axisLook = (name: string) => ({
  name,
  nameLocation: 'middle' as const,
  nameGap: 28,
  nameTextStyle: { color: COLOURS.ink, fontSize: 13 },
  axisLine: { lineStyle: { color: COLOURS.muted } },
  axisTick: { lineStyle: { color: COLOURS.muted } },
  axisLabel: { color: COLOURS.ink, fontSize: 13 },
  splitLine: { lineStyle: { color: COLOURS.rule } },
});

/** An axis of shares from 0 to 1, in per cent. */
export const shareAxis = (name: string) => ({
  ...axisLook(name),
  type: 'value' as const,
  min: 0,
  max: 1,
  nameGap: 44,
  axisLabel: { ...axisLook(name).axisLabel, formatter: (share: number) => `${Math.round(100 * share)} %` },
});
