import type { EChartsOption } from 'echarts';
import type { EpochRecord } from '../train/checkpoint.js';
import { axisLook, CHART_SIZE, type Chart, COLOURS, shareAxis } from './chart.js';
import { type Staged, stageNames } from './stage-words.js';

/** More epochs than that are a line without a dot each. */
const MOST_DOTS = 30;

/**
 * Loss and accuracy of both parts over all epochs, with a line where a further stage begins; of distillation, whose
 * loss is another, a chart by itself.
 */
export function learningCurves(records: readonly EpochRecord[], pipeline: Staged): Chart[] {
  const names = stageNames(pipeline, stageCount(records));
  const isDistillation = ({ trainAccuracy }: EpochRecord) => trainAccuracy === null;
  const distillation = records.filter(isDistillation);
  const epochs = records.filter((record) => !isDistillation(record));
  return [
    ...(distillation.length > 0 ? [distillationCurve(distillation)] : []),
    ...(epochs.length > 0 ? classificationCurves(epochs, names) : []),
  ];
}

/** Of all networks together. */
export const stageCount = (records: readonly EpochRecord[]): number => (records.at(-1)?.stage ?? 0) + 1;

function distillationCurve(epochs: readonly EpochRecord[]): Chart {
  return {
    label: "Distillation: share of the teacher's variance that is missed, by epoch",
    ...CHART_SIZE,
    option: curves(epochs, {
      yAxis: { ...axisLook('squared error of distillation'), type: 'value', nameGap: 44 },
      train: ({ trainLoss }) => trainLoss,
      validation: () => null,
      names: [],
    }),
  };
}

function classificationCurves(epochs: readonly EpochRecord[], names: readonly string[]): Chart[] {
  return [
    {
      label: 'Loss by epoch',
      ...CHART_SIZE,
      option: curves(epochs, {
        yAxis: { ...axisLook('loss (nats)'), type: 'value', nameGap: 44 },
        train: ({ trainLoss }) => trainLoss,
        validation: ({ validationLoss }) => validationLoss,
        names,
      }),
    },
    {
      label: 'Accuracy by epoch',
      ...CHART_SIZE,
      option: curves(epochs, {
        yAxis: shareAxis('accuracy'),
        train: ({ trainAccuracy }) => trainAccuracy,
        validation: ({ validationAccuracy }) => validationAccuracy,
        names,
      }),
    },
  ];
}

type Figure = (record: EpochRecord) => number | null;

function curves(
  epochs: readonly EpochRecord[],
  {
    yAxis,
    train,
    validation,
    names,
  }: {
    yAxis: NonNullable<EChartsOption['yAxis']>;
    train: Figure;
    validation: Figure;
    /** Of stages. */
    names: readonly string[];
  },
): EChartsOption {
  const isValidated = epochs.some((record) => validation(record) !== null);
  const parts = ['training', ...(isValidated ? ['validation'] : [])];
  return {
    legend: { data: parts, top: 0, textStyle: { color: COLOURS.ink, fontSize: 13 }, selectedMode: false },
    grid: { left: 64, right: 16, top: 32, bottom: 48 },
    xAxis: { ...axisLook('epoch'), type: 'value', minInterval: 1, min: 1, max: Math.max(2, epochs.length) },
    yAxis,
    series: [
      {
        ...line(epochs, { name: 'training', figure: train, color: COLOURS.first }),
        markLine: stages(epochs, names),
      },
      ...(isValidated
        ? [line(epochs, { name: 'validation', figure: validation, color: COLOURS.second })]
        : []),
    ],
  };
}

function line(epochs: readonly EpochRecord[], look: { name: string; figure: Figure; color: string }) {
  const { name, figure, color } = look;
  return {
    name,
    color,
    type: 'line' as const,
    symbol: 'circle',
    symbolSize: 5,
    silent: true,
    showSymbol: epochs.length <= MOST_DOTS,
    data: epochs.flatMap((record, index) => [
      // What comes before and after the start of a stage is not joined.
      ...(isStart(epochs, index) ? [[index + 0.5, null]] : []),
      [index + 1, figure(record)],
    ]),
  };
}

const isStart = (epochs: readonly EpochRecord[], index: number): boolean =>
  index > 0 && epochs[index]!.stage !== epochs[index - 1]!.stage;

function stages(epochs: readonly EpochRecord[], names: readonly string[]) {
  const starts = epochs.flatMap(({ stage }, index) =>
    isStart(epochs, index) ? [{ xAxis: index + 0.5, name: names[stage]! }] : [],
  );
  return {
    symbol: 'none',
    silent: true,
    data: starts,
    lineStyle: { color: COLOURS.muted, type: 'dashed' as const },
    label: { formatter: '{b}', color: COLOURS.muted, position: 'insideEndTop' as const },
  };
}
