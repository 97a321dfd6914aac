import { describe, expect, it } from "vitest";
import { talking } from "../../test/support/talk.ts";
import type { SystemModel } from "../model/index.ts";
import { prepare, runOnce } from "./index.ts";

const model: SystemModel = { network: "reliable", nodes: "crash-recovery", timing: "synchronous" };

describe("a client whose node recovers", () => {
  it("goes on at its own pace: a call that was due after the recovery anyway is made once", () => {
    const script = {
      node: 0,
      calls: Array.from({ length: 4 }, (_, at) => ({ request: "tell", args: [1, `m${at}`], afterMs: 100 })),
      resumes: true,
    };
    const scenario = talking(model, [script], {
      plan: [{ kind: "crash", at: 50, node: 0, recoverAt: 60 }],
      faults: { crashes: 0 },
    });
    const { trace } = runOnce(prepare(scenario), { kind: "seed", seed: 1, edits: [] }, { trace: true });
    const at = trace!.events.filter(({ kind }) => kind === "call").map((event) => event.at);
    expect(at.length).toBe(4);
    for (const [index, time] of at.slice(1).entries()) expect(time - at[index]!).toBeGreaterThanOrEqual(100);
  });
});
