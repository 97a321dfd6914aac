import { afterAll, describe, expect, it } from "vitest";
import { makePulse, pulseBeat, pulseOwn, pulseStop, WorkerLostError, WorkerPool } from "./worker-pool.ts";

// A worker as text: what it is told to do is what it does.
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from "node:worker_threads";
    parentPort.on("message", ({ input, pulse }) => {
      Atomics.add(pulse, 0, 1);
      if (input === "loop") for (;;);
      if (input === "exit") process.exit(3);
      if (input === "throw") throw new Error("boom");
      if (input === "note") parentPort.postMessage({ kind: "note", note: "half" });
      if (input === "until stopped") {
        for (let i = 0; Atomics.load(pulse, ${pulseStop}) === 0; i++) {
          Atomics.add(pulse, ${pulseBeat}, 1);
          Atomics.wait(pulse, ${pulseOwn}, 0, 5);
        }
      }
      parentPort.postMessage({ kind: "answer", answer: [input, threadId] });
    });`)}`,
);
const pools: WorkerPool[] = [];
const poolOf = (size: number): WorkerPool => {
  const pool = new WorkerPool(script, size);
  pools.push(pool);
  return pool;
};
afterAll(async () => {
  for (const pool of pools) await pool.close();
});

const silenceMsMax = 20_000;

describe("a pool of workers", () => {
  it("answers more tasks than it has workers, each by one of them", async () => {
    const pool = poolOf(2);
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, at) => pool.run(at, { silenceMsMax }) as Promise<readonly [number, number]>),
    );
    expect(answers.map(([input]) => input)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(answers.map(([, thread]) => thread)).size).toBeLessThanOrEqual(2);
  });

  it("hands over notes before the answer", async () => {
    const notes: unknown[] = [];
    await poolOf(1).run("note", { silenceMsMax, onNote: (note) => notes.push(note) });
    expect(notes).toEqual(["half"]);
  });

  it.each([
    ["loop", "silent"],
    ["exit", "exited"],
    ["throw", "failed"],
  ])("a worker that is told to %s is lost, and replaced for the next task", async (what, reason) => {
    const pool = poolOf(1);
    const lost = pool.run(what, { silenceMsMax: what === "loop" ? 300 : silenceMsMax });
    await expect(lost).rejects.toMatchObject({ name: "WorkerLostError", reason });
    expect(await pool.run("next", { silenceMsMax })).toEqual(["next", expect.any(Number)]);
  });

  it("a worker that beats is left alone for as long as it takes, and stops when asked", async () => {
    const pulse = makePulse();
    const answer = poolOf(1).run("until stopped", { silenceMsMax: 1_500, pulse });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    Atomics.store(pulse, pulseStop, 1);
    expect(await answer).toEqual(["until stopped", expect.any(Number)]);
  });

  it("closing rejects what has no answer yet", async () => {
    const pool = poolOf(1);
    const tasks = [pool.run("loop", { silenceMsMax }), pool.run("waiting", { silenceMsMax })];
    const ends = Promise.allSettled(tasks);
    await pool.close();
    for (const { status } of await ends) expect(status).toBe("rejected");
    await expect(pool.run("late", { silenceMsMax })).rejects.toBeInstanceOf(WorkerLostError);
  });
});
