import { describe, expect, it } from 'vitest';
import { runtimeFix } from '../../../src/engine/onnx/load-runtime.js';

describe('what to do where onnxruntime does not load', () => {
  it('is to use glibc on a Linux with musl', () => {
    expect(runtimeFix({ system: 'linux x64', isMusl: true })).toMatch(/musl.*glibc.*node:22-slim/);
  });

  it('is to use another system where there is no onnxruntime', () => {
    expect(runtimeFix({ system: 'darwin x64', isMusl: false })).toMatch(/linux x64.*darwin arm64/);
  });

  it('is to install it again elsewhere', () => {
    expect(runtimeFix({ system: 'linux x64', isMusl: false })).toMatch(/Install Clipstep again/);
  });
});
