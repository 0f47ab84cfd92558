import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/bundle/bundle.js';
import { UserError } from '../../src/errors.js';
import { saveTinyBundle, tinyPipeline } from '../support/tiny-bundle.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clipstep-bundle-'));
  folder = join(root, 'model');
});
afterEach(() => rm(root, { recursive: true }));

/** Rewrites model.json through a change of its parsed text. */
async function editManifest(change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

async function refusal(): Promise<UserError> {
  const outcome = await loadBundle(folder).catch((error: unknown) => error);
  if (outcome instanceof UserError) return outcome;
  throw new Error('The bundle was not refused', { cause: outcome });
}

describe('a bundle', () => {
  it('comes back as it was saved', async () => {
    await saveTinyBundle(folder);
    const bundle = await loadBundle(folder);
    expect(bundle.manifest.pipeline).toEqual(tinyPipeline);
    expect(bundle.manifest.labels).toEqual(['down', 'up']);
    expect(bundle.networks.recurrent.classes).toBe(2);
    expect(bundle.members[0]!.get('head.kernel')!.shape).toEqual([4, 2]);
    expect((await readdir(folder)).sort()).toEqual(['README.md', 'model.json', 'weights.safetensors']);
  });

  it('of several members has what they share once, and each one what is its own', async () => {
    await saveTinyBundle(folder, {}, [1]);
    const single = (await stat(join(folder, 'weights.safetensors'))).size;
    const several = join(root, 'several');
    await saveTinyBundle(several, {}, [1, 2, 3]);
    const { members, manifest } = await loadBundle(several);
    expect(manifest.members).toBe(3);
    const kernels = members.map((member) => member.get('recurrent.0.forward.kernel')!.data);
    expect(kernels[1]).not.toEqual(kernels[0]);
    expect(kernels[0]).toEqual(
      (await loadBundle(folder)).members[0]!.get('recurrent.0.forward.kernel')!.data,
    );
    const recurrent = [...members[0]!].filter(([name]) => /^(recurrent|head)/.test(name));
    const recurrentBytes = recurrent.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
    const grown = (await stat(join(several, 'weights.safetensors'))).size - single;
    expect(grown).toBeLessThan(3 * recurrentBytes + 2000);
  });

  it.each([
    ['temperature', 1e-300],
    ['temperature', 1e300],
    ['temperature', 0],
    ['minProbability', 1.5],
    ['members', 1e9],
    ['seed', 1e300],
  ])('is refused where a number is none that a model has: %s %s', async (name, value) => {
    await saveTinyBundle(folder);
    await editManifest((manifest) => {
      manifest[name] = value;
    });
    expect(await refusal()).toMatchObject({ code: 'bad_bundle', problem: expect.stringContaining(name) });
  });

  it('leaves nothing else behind', async () => {
    await saveTinyBundle(folder);
    expect(await readdir(root)).toEqual(['model']);
  });

  it('never replaces what is there, and says where the new model is', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'precious.txt'), 'keep');
    const error = await saveTinyBundle(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'usage' });
    expect(await readFile(join(folder, 'precious.txt'), 'utf8')).toBe('keep');
    const kept = (await readdir(root)).find((name) => name.endsWith('.tmp'))!;
    expect((error as UserError).problem).toContain(kept);
    expect((await loadBundle(join(root, kept))).manifest.labels).toEqual(['down', 'up']);
  });
});

describe('a damaged bundle is refused, naming the file, when', () => {
  beforeEach(() => saveTinyBundle(folder));

  it('the folder holds no model', async () => {
    await rm(join(folder, 'model.json'));
    expect(await refusal()).toMatchObject({ code: 'not_found' });
  });

  it('model.json is not JSON', async () => {
    await writeFile(join(folder, 'model.json'), '{"schemaVersion": 1,');
    expect((await refusal()).problem).toMatch(/model\.json is not JSON/);
  });

  it('its schema is newer', async () => {
    await editManifest((manifest) => {
      manifest.schemaVersion = 2;
    });
    const error = await refusal();
    expect(error.problem).toMatch(/schema version 2; this Clipstep reads up to 1/);
    expect(error.fix).toMatch(/newer Clipstep/);
  });

  it('a setting does not fit', async () => {
    await editManifest((manifest) => {
      manifest.labels = ['only one'];
    });
    expect((await refusal()).problem).toMatch(/labels/);
  });

  it('a number is out of its bounds, in the words that pipelines get', async () => {
    await editManifest((manifest) => {
      manifest.maxDistance = -1;
    });
    expect((await refusal()).problem).toMatch(/:\n {2}maxDistance: must be at least 0; found -1\.$/);
  });

  it('a label stands twice', async () => {
    await editManifest((manifest) => {
      manifest.labels = ['up', 'up'];
    });
    expect((await refusal()).problem).toMatch(/labels: must not have one of them twice\.$/);
  });

  it('the weights are missing', async () => {
    await rm(join(folder, 'weights.safetensors'));
    expect((await refusal()).problem).toMatch(/weights\.safetensors cannot be read/);
  });

  it('the weights were cut short', async () => {
    const path = join(folder, 'weights.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, -100));
    expect((await refusal()).problem).toMatch(/cut short/);
  });

  it('the weights were tampered with', async () => {
    const path = join(folder, 'weights.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 3]! ^= 1;
    await writeFile(path, bytes);
    expect((await refusal()).problem).toMatch(/was changed: its sha256/);
  });

  it('it is to have another number of members', async () => {
    const several = join(root, 'several');
    await saveTinyBundle(several, {}, [1, 2]);
    folder = several;
    await editManifest((manifest) => {
      manifest.members = 1;
    });
    expect((await refusal()).problem).toMatch(/member\.1\./);
    await editManifest((manifest) => {
      manifest.members = 3;
    });
    expect((await refusal()).problem).toMatch(/has no tensor recurrent/);
  });

  it('there are more labels than classes', async () => {
    await editManifest((manifest) => {
      manifest.labels = ['down', 'up', 'sideways'];
    });
    expect((await refusal()).problem).toMatch(/scores 2 classes, but model\.json names 3 labels/);
  });

  it('the pipeline is not the one that the weights belong to', async () => {
    await editManifest((manifest) => {
      manifest.pipeline = { ...tinyPipeline, recurrent: { ...tinyPipeline.recurrent, units: 8 } };
    });
    expect((await refusal()).problem).toMatch(/of shape \[.*\]; the pipeline asks for \[.*\]/);
  });

  it('its encoder is to be in int8, and its weights are in float32', async () => {
    await editManifest((manifest) => {
      manifest.quantization = { from: '0'.repeat(64), frames: 1 };
    });
    expect((await refusal()).problem).toMatch(/has block3\.depthwise\.kernel in float32; expected int8/);
  });

  it('the pipeline needs a tensor that is not there', async () => {
    await editManifest((manifest) => {
      manifest.pipeline = { ...tinyPipeline, recurrent: { ...tinyPipeline.recurrent, layers: 2 } };
    });
    expect((await refusal()).problem).toMatch(/has no tensor recurrent\.1/);
  });
});
