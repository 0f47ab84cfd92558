import { expect, it } from 'vitest';
import { type Report, reportPage } from '../../src/report/batch-page.js';
import { measurePredictions } from '../../src/tasks/classification/metrics.js';

const labels = ['open', 'close'];
const clip = (id: string, label: string, probability: number) => ({
  id,
  label,
  probability,
  top: [{ label, probability }],
  truth: 'open',
  thumbnail: null,
});
const report: Report = {
  source: 'recordings',
  noun: 'clip',
  labels,
  summary: {
    clips: 4,
    classified: 3,
    windows: null,
    unknown: 0,
    unlike: 0,
    failed: 1,
    labels: [{ label: 'open', clips: 2 }],
    failures: [{ code: 'corrupt', clips: 1, examples: [{ path: 'd.mp4', message: 'd.mp4 is damaged.' }] }],
    metrics: measurePredictions(
      [0, 0, 1].map((predicted) => ({ truth: 0, predicted, truthProbability: predicted === 0 ? 0.9 : 0.03 })),
      labels,
    ),
  },
  confidentErrors: [clip('c.mp4', 'close', 0.97)],
  leastCertain: [clip('a.mp4', 'open', 0.52)],
};

const titles = (html: string) => [...html.matchAll(/<h2>(.*)<\/h2>/g)].map(([, title]) => title);

it('begins with the accuracy and what failed, and shows confident errors before unsure answers', () => {
  const html = reportPage(report);
  expect(html).toContain('<strong>66.7 %</strong> of 3 answers are right, where the true class is given');
  expect(titles(html)).toEqual([
    'Failures',
    'Classes found',
    'Confusion matrix',
    'Most confident errors',
    'Least certain',
  ]);
  expect(html).toMatch(/c\.mp4<\/bdi><br><bdi>close<\/bdi> 97\.0 %<br><span class="wrong">given: <bdi>open/);
});

it('has no accuracy and no errors where no class is given', () => {
  const html = reportPage({
    ...report,
    summary: { ...report.summary, metrics: null, failures: [] },
    confidentErrors: [],
  });
  expect(titles(html)).toEqual(['Classes found', 'Least certain']);
  expect(html).not.toContain('class="card"');
});
