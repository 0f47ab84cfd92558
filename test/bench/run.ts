/** `npm run bench [-- NAME ...]`: all benches, or those named. Ratios are to each bench's first line. */
const BENCHES: Record<string, { title: string; run: () => Promise<void> }> = {
  startup: { title: 'Start-up', run: async () => (await import('./startup.js')).benchStartup() },
  encoder: {
    title: 'Encoder: MobileNet v1 1.0@224, batch 8, float32',
    run: async () => (await import('./encoder.js')).benchEncoder(),
  },
  classify: {
    title: 'One 2 s 480p clip, warm, with models/motion',
    run: async () => (await import('./classify.js')).benchClassify(),
  },
};

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`There is no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  console.log(`\n${bench.title}`);
  await bench.run();
}
