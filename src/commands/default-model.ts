import { SHIPPED_MODEL } from '../platform/package-files.js';
import { firstSentences } from './listing.js';

// All else is loaded when it is called for: a command that classifies first starts the model's threads.

/**
 * Says on stderr which model answers where nobody chose one, and what it knows: whatever a clip shows, it answers with
 * one of its own classes.
 */
export async function noteDefaultModel(): Promise<void> {
  const [{ readManifest }, { labelsText }] = await Promise.all([
    import('../bundle/manifest.js'),
    import('./models.js'),
  ]);
  const { pipeline, labels } = await readManifest(SHIPPED_MODEL);
  console.error(
    [
      `No --model given, so ${pipeline.name} answers.`,
      ...firstSentences(pipeline.description),
      `It knows ${labelsText(labels)}, and nothing else. \`clipstep models\` lists others.`,
    ].join(' '),
  );
}
