import type { EngineName } from '../../src/engine/engine.js';
import { selectEngine } from '../../src/engine/select.js';

/** The engines that can train here. */
export async function trainingEngines(): Promise<EngineName[]> {
  const names: EngineName[] = ['onnx', 'tensorflow'];
  const able = await Promise.all(
    names.map((requested) =>
      selectEngine(requested).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, index) => able[index]);
}
