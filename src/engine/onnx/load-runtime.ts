import { messageOf, UserError } from '../../errors.js';
import { hasMusl } from '../../platform/has-musl.js';
import { MEMORY_FIX, tellsOfLackOfMemory } from '../../platform/lack-of-memory.js';
import type { OnnxRuntime } from './session.js';

/** @throws UserError `engine_unavailable` where onnxruntime cannot be loaded. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  // Otherwise it reports its use to Microsoft, and leaves files in the folders for temporary ones and for caches
  // (github.com/microsoft/onnxruntime/pull/27379). It looks once, when it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  try {
    const runtime = await import('onnxruntime-node');
    // Its warnings, such as that there is no GPU, would stand between our own lines on stderr. Its errors are thrown, too.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (cause) {
    const { platform, arch } = process;
    throw new UserError('engine_unavailable', {
      problem: `The onnx engine cannot be loaded on ${platform} ${arch}: ${messageOf(cause).split('\n')[0]}`,
      fix: tellsOfLackOfMemory(messageOf(cause))
        ? `There is too little memory. ${MEMORY_FIX}`
        : runtimeFix({ system: `${platform} ${arch}`, isMusl: hasMusl() }),
      cause,
    });
  }
}

/** The systems that Microsoft builds onnxruntime-node for. */
const SYSTEMS = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'];

/** What to do where onnxruntime does not load. */
export function runtimeFix({ system, isMusl }: { system: string; isMusl: boolean }): string {
  if (isMusl) {
    return 'This Linux has musl, for which there is no onnxruntime: use one with glibc, such as Debian or the image node:22-slim in place of node:22-alpine.';
  }
  if (!SYSTEMS.includes(system)) return `onnxruntime is there for ${SYSTEMS.join(', ')}: use one of these.`;
  return 'Install Clipstep again. On Linux it needs glibc 2.28 or newer and libstdc++; on Windows, the Visual C++ Redistributable.';
}
