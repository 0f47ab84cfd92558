import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowedHosts } from '../../src/serve/allowed-hosts.js';
import type { Answering } from '../../src/serve/listen.js';
import type { ClipState, RunState, StudioState } from '../../src/studio/messages.js';
import { openStudio, type StudioOptions } from '../../src/studio/studio.js';
import { writeTinyPipeline } from './tiny-dataset.js';

const HOST = '127.0.0.1:7412';
const hosts = allowedHosts({ host: '127.0.0.1', port: 7412 });

/** A project in a temporary folder, whose pipeline is the smallest that reads clips. */
export interface TestProject {
  readonly root: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/** @param changes of the pipeline, as writeTinyPipeline has them. */
export async function makeProject(changes: Record<string, string> = {}): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), 'clipstep-studio-'));
  const folder = join(root, 'project');
  await mkdir(join(folder, 'clips'), { recursive: true });
  await rename(await writeTinyPipeline(root, changes), join(folder, 'pipeline.yaml'));
  return { root, folder, remove: () => rm(root, { recursive: true, force: true }) };
}

/** A studio that is asked without a port. */
export interface TestStudio {
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Posts JSON. @returns the status, and the code of an error. */
  post(path: string, body?: object): Promise<{ status: number; code: string | undefined }>;
  upload(
    query: Record<string, string>,
    body: string | Uint8Array | ReadableStream<Uint8Array>,
    type?: string,
  ): Promise<Response>;
  state(): Promise<StudioState>;
  clips(label: string): Promise<readonly ClipState[]>;
  run(name: string): Promise<RunState>;
  /** What it reported beside its answers. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

export async function openTestStudio(
  folder: string,
  options: Partial<StudioOptions> = {},
): Promise<TestStudio> {
  const errors: unknown[] = [];
  const studio: Answering = await openStudio({
    folder,
    access: { hosts, proof: { kind: 'open' } },
    onError: (error) => errors.push(error),
    ...options,
  });
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('host', HOST);
    return studio.fetch(new Request(`http://${HOST}${path}`, { duplex: 'half', ...init, headers }));
  };
  const state = async () => (await ask('/api/state')).json() as Promise<StudioState>;
  return {
    ask,
    state,
    errors,
    post: async (path, body = {}) => {
      const response = await ask(path, { method: 'POST', body: JSON.stringify(body) });
      const answer = (await response.json()) as { error?: { code: string } };
      return { status: response.status, code: answer.error?.code };
    },
    upload: (query, body, type = 'video/webm') =>
      ask(`/api/clips?${new URLSearchParams(query)}`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      }),
    clips: async (label) => (await state()).classes.find((each) => each.label === label)?.clips ?? [],
    run: async (name) => (await state()).runs.find((each) => each.name === name)!,
    close: () => studio.close(),
  };
}
