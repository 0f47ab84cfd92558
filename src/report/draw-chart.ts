import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { printableLines } from '../platform/printable.js';
import type { Chart } from './chart.js';

// Named one by one, so that no more of echarts than this is built into dist/.
use([BarChart, CustomChart, LineChart, ScatterChart]);
use([GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

export function drawChart({ label, option, width, height }: Chart): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontSize: 13, fontFamily: 'inherit' }, ...option });
    return printableLines(chart.renderToSVGString()).replace(
      '<svg ',
      `<svg role="img" aria-label="${label}" `,
    );
  } finally {
    chart.dispose();
  }
}
