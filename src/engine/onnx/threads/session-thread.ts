import { messageOf } from '../../../errors.js';
import { answerCalls, Moved } from '../../../platform/threads/answer-calls.js';
import { loadOnnxRuntime } from '../load-runtime.js';
import { OnnxSession } from '../session.js';
import {
  arraysOf,
  memoryOf,
  type SessionCalls,
  type SessionResult,
  type SessionRun,
} from './session-calls.js';

/** The thread that thread-sessions.ts starts: it compiles graphs and runs them. */
const loading = loadOnnxRuntime();
// The first call says so.
loading.catch(() => {});
const sessions = new Map<number, OnnxSession>();
let opened = 0;

answerCalls<SessionCalls>({
  open: async ({ model, options }) => {
    const opening = await OnnxSession.openModel(await loading, model, options);
    const session = ++opened;
    sessions.set(session, opening);
    return { session, inputNames: [...opening.inputNames] };
  },
  run: async (given) => {
    const { feeds, targets } = given;
    const { results, problem } = await run(given);
    return new Moved<SessionResult>(
      { results, problem, feeds, targets },
      memoryOf([...Object.values(results ?? {}), ...arraysOf(feeds), ...arraysOf(targets)]),
    );
  },
  release: async ({ session }) => {
    await sessions.get(session)?.release();
    sessions.delete(session);
  },
});

async function run({
  session,
  feeds,
  targets,
}: SessionRun): Promise<Pick<SessionResult, 'results' | 'problem'>> {
  try {
    const opened = sessions.get(session);
    if (!opened) throw new Error('This network was released and cannot run any more');
    return { results: await opened.run(feeds, targets), problem: null };
  } catch (error) {
    // Here, since what was given goes back all the same.
    return { results: null, problem: messageOf(error) };
  }
}
