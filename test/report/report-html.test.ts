import { describe, expect, it } from 'vitest';
import { percent } from '../../src/platform/percent.js';
import { reportHtml } from '../../src/report/report-html.js';
import { EVIL_FILE, EVIL_LABEL, sampleFigures, sampleReport } from '../support/sample-report.js';

const figures = await sampleFigures();
const report = sampleReport(figures);
const html = await reportHtml(report);

describe('a report', () => {
  it('takes names of classes and files for text', () => {
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;.mp4');
    expect(html).not.toContain(EVIL_LABEL);
    expect(html).not.toContain(EVIL_FILE);
    expect(html).not.toMatch(/<script|<b>|<empty>/);
  });

  it('refers to nothing outside of itself', () => {
    expect(html.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:|url\((?!#)|@import/);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target!.slice(0, 23))).toEqual(
      Array.from({ length: 4 * 16 }, () => 'data:image/jpeg;base64,'),
    );
  });

  it('gives the figures that it is given', () => {
    const { accuracy, interval } = figures.baselines!.classifiers.at(-1)!;
    const [low, high] = interval.map(percent);
    expect(accuracy).toBe(0.75);
    expect(html).toContain(
      `<td>network</td><td class="number">75.0 %</td><td class="number">${low} to ${high}</td>`,
    );
    expect(html).toContain(`calibration error ${percent(figures.evaluation.calibration.error)}`);
    expect(html).toContain('>1: 50.0 %');
  });

  it('begins with the one figure and its interval, and right below them what makes it doubtful', () => {
    const [card, copies, leftOut, classes] = [
      '<strong>75.0 %</strong> of 8 test clips are right</p>',
      'The split puts copies into different parts',
      '<summary>1 entry left out</summary>',
      '<h2>Classes</h2>',
    ].map((words) => html.indexOf(words));
    expect(card).toBeGreaterThan(0);
    expect(copies).toBeGreaterThan(card!);
    expect(leftOut).toBeGreaterThan(copies!);
    expect(html.indexOf('<h2>')).toBeGreaterThan(leftOut!);
    expect(classes).toBeGreaterThan(leftOut!);
    expect(html).toContain('95 % interval 40.0 % to 93.0 %, Wilson score.');
  });

  it('says of an error what was said and what it is, and where attention was highest', () => {
    expect(html).toMatch(
      /clip-6\.mp4<\/bdi>: <span class="wrong"><bdi>a class with quite a long name<\/bdi> 90\.0 %<\/span>, but it is <bdi>&lt;img[^.]+&gt;<\/bdi> \(10\.0 %\)/,
    );
    expect(html).toMatch(/most at \d\.\d s \(\d+\.\d %\)/);
  });

  it('says so where a network reads differences of the frames that are shown', async () => {
    const { input } = report.pipeline;
    if (input.kind !== 'frames') throw new Error('The sample reads frames');
    const gap = { kind: 'frames', frames: 2 } as const;
    const streams: typeof input.streams = [{ kind: 'difference', gain: 3 }];
    const pipeline = { ...report.pipeline, input: { ...input, streams, gap } };
    expect(await reportHtml({ ...report, pipeline })).toContain('what moves from each of these frames');
    expect(html).not.toContain('what moves from each of these frames');
  });

  it('leaves out what there is not', async () => {
    const { labels, highlights } = figures;
    const hit = { prediction: highlights.hits[0]!.prediction, shown: null };
    const nothing = { labels, evaluation: null, baselines: null, highlights: { errors: [], hits: [hit] } };
    const { epochs, ...rest } = sampleReport(nothing);
    const bare = await reportHtml({
      ...rest,
      leaks: [],
      skipped: [],
    });
    expect([...bare.matchAll(/<h2>(.*)<\/h2>/g)].map(([, title]) => title)).toEqual([
      'Most confident correct answers',
      'How it was made',
    ]);
    expect(bare).toContain('cannot be read any more');
    expect(bare).not.toContain('<svg');
  });
});
