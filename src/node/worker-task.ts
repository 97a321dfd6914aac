import { parentPort } from "node:worker_threads";
import { pulseBeat, type TaskMessage, type TaskReply } from "./worker-pool.ts";

/** What a task has beside its input. */
export interface TaskSite {
  /** Shared with who started the task; the worker counts its beats in the first word. */
  readonly pulse: Int32Array;
  /** Says something before the answer. */
  readonly note: (note: unknown) => void;
}

/** Makes this worker answer the tasks of a WorkerPool, one after the other. An error ends the worker. */
export const serveTasks = (answer: (input: unknown, site: TaskSite) => Promise<unknown>): void => {
  const port = parentPort;
  if (port === null) throw new Error("only a worker serves tasks");
  const say = (reply: TaskReply): void => port.postMessage(reply);
  port.on("message", ({ input, pulse }: TaskMessage) => {
    // From here on silence counts: the thread runs, and has its own modules.
    Atomics.add(pulse, pulseBeat, 1);
    answer(input, { pulse, note: (note) => say({ kind: "note", note }) }).then(
      (value) => say({ kind: "answer", answer: value }),
      (error: unknown) => {
        // Out of the promise, so that the worker ends and its starter hears why.
        process.nextTick(() => {
          throw error;
        });
      },
    );
  });
};
