import { describe, expect, it } from "vitest";
import type { Edit, Plain, Trace } from "../../model/index.ts";
import { decode, encode, equal } from "../../model/index.ts";
import { marshallingRules } from "../../protocols/index.ts";
import { type AnyScenario, prepare, runCampaign, runOnce } from "../../simulate/index.ts";
import { addRemoveScenario } from "./add-remove-scenario.ts";
import { atLeastOnceScenario } from "./at-least-once-scenario.ts";
import { atMostOnceScenario } from "./at-most-once-scenario.ts";
import { rpcMutants, rpcScenarios } from "./index.ts";
import { noReplyScenario, troubles } from "./no-reply-scenario.ts";
import { plainSet, timestampedSet } from "./services.ts";

/** Loses the message that a link carries as its `count`-th (from 0). Links are numbered sender × n + receiver. */
const lose = (n: number, from: number, to: number, count: number): Edit => ({
  name: "loss",
  which: from * n + to,
  count,
  value: 1,
});

/** So small that nothing is lost or copied but what an edit says. */
const calm = { loss: 1e-9, duplication: 0, crashes: 0 };

const traceOf = (scenario: AnyScenario, set: object, edits: readonly Edit[]): Trace => {
  const prepared = prepare(scenario, { ...calm, ...set }, { nodes: "crash-stop", timing: "synchronous" });
  const { trace } = runOnce(prepared, { kind: "seed", seed: 1, edits }, { trace: true, stopAtViolation: false });
  return trace!;
};

const answersOf = ({ events }: Trace, node: number): readonly unknown[] =>
  events.filter((event) => event.kind === "answer" && event.node === node).map(({ name, data }) => [name, data]);

describe("B5: the like button", () => {
  const pressed = (service: string): readonly unknown[] =>
    answersOf(traceOf(atLeastOnceScenario, { clients: 1, calls: 1, service }, [lose(2, 0, 1, 0)]), 1);

  it("a counter goes from 12,300 to 12,302 when the acknowledgement is lost and the client asks again", () => {
    expect(pressed("counter")).toEqual([["like", [1, 12_302]]]);
  });

  it("a set of user ids has 12,301", () => {
    expect(pressed("set of users")).toEqual([["likeAs", [1, 12_301]]]);
  });
});

describe("B6: add and remove", () => {
  /** Client 1 adds x and its acknowledgement is lost; client 2 removes x; client 1 asks again. */
  const outcomes = (set: string): readonly unknown[] => {
    const prepared = prepare(addRemoveScenario, { crashes: 0, set }, { nodes: "crash-stop", timing: "asynchronous" });
    const { verdicts } = runCampaign(prepared, { runs: 1_000, first: "removed-stays-removed", shrinkRunsMax: 0 });
    return verdicts.filter(({ property }) => property === "removed-stays-removed").map(({ verdict }) => verdict);
  };

  it("x is present again where elements alone are kept", () => {
    expect(outcomes("elements only")).toEqual(["violated"]);
  });

  it("x is absent with timestamps and tombstones", () => {
    expect(outcomes("timestamps and tombstones")).toEqual(["holds"]);
  });

  it("'add lost at B' and 'remove lost at A' leave the same replicas, and other ones with timestamps", () => {
    const add = { method: "add", args: ["x", 1] };
    const remove = { method: "remove", args: ["x", 2] };
    const apply = <S>(
      set: { init(): S; apply(s: S, i: typeof add): { state: S } | undefined },
      calls: (typeof add)[],
    ): S => calls.reduce((state, call) => set.apply(state, call)!.state, set.init());
    const addLostAtB = [[add], []];
    const removeLostAtA = [[add], [add, remove]];
    const replicas = (set: typeof plainSet | typeof timestampedSet, runs: (typeof add)[][]): readonly unknown[] =>
      runs.map((calls) => apply<never>(set as never, calls));
    expect(replicas(plainSet, addLostAtB)).toEqual(replicas(plainSet, removeLostAtA));
    expect(replicas(timestampedSet, addLostAtB)).not.toEqual(replicas(timestampedSet, removeLostAtA));
  });
});

describe("row 14: no reply", () => {
  const client = 1;
  const server = 0;
  /** All that a process sees: its own events in order, with its own clocks, and nothing of the world outside. */
  const viewOf = ({ events }: Trace, node: number): readonly unknown[] =>
    events
      .filter((event) => event.node === node && event.kind !== "drop" && event.kind !== "fault")
      .map(({ kind, name, path, peer, data, monotonic, wall }) => ({ kind, name, path, peer, data, monotonic, wall }));
  const runs = troubles
    .filter((trouble) => trouble !== "none")
    .map((trouble) => {
      const prepared = prepare(noReplyScenario, { trouble, loss: 0, duplication: 0 }, { network: "fair-loss" });
      const source = { kind: "seed", seed: 7, edits: [] } as const;
      return { trouble, trace: runOnce(prepared, source, { trace: true, stopAtViolation: false }).trace! };
    });

  it("the three runs are one for the client", () => {
    const [first, ...others] = runs.map(({ trace }) => viewOf(trace, client));
    expect(first!.length).toBeGreaterThan(10);
    expect(answersOf(runs[0]!.trace, client).at(-1)).toEqual(["failed", [2, "deadline"]]);
    for (const other of others) expect(other).toEqual(first);
  });

  it("and are three for the server", () => {
    const views = runs.map(({ trace }) => JSON.stringify(viewOf(trace, server)));
    expect(new Set(views).size).toBe(3);
  });

  it("in one of them, the call that failed was executed", () => {
    const executed = runs.map(({ trouble, trace }) => [
      trouble,
      answersOf(trace, server).some((answer) => equal(answer, ["executed", [client, 2, "like"]])),
    ]);
    expect(executed).toEqual([
      ["request lost", false],
      ["server down", false],
      ["reply lost", true],
    ]);
  });
});

describe("RPC1: the codec", () => {
  it("refuses malformed bytes: every strict prefix and every longer one", () => {
    const bytes = encode(["values", 1, { a: [1, "two", null] }]);
    for (let length = 0; length < bytes.length; length++)
      expect(marshallingRules.read(bytes.subarray(0, length))).toBeUndefined();
    expect(marshallingRules.read(Uint8Array.from([...bytes, 0]))).toBeUndefined();
  });

  it("gives back what was written, and no drift on writing it again", () => {
    const values: readonly Plain[] = [Number.MAX_SAFE_INTEGER, 2n ** 64n, undefined, new Map([[1, new Set(["a"])]])];
    for (const value of values) {
      const bytes = marshallingRules.write(value);
      const read = marshallingRules.read(bytes)!.value;
      expect(equal(read, value)).toBe(true);
      expect(marshallingRules.write(read)).toEqual(bytes);
      expect(decode(bytes)).toEqual(value);
    }
  });
});

describe("row 13: the same stack over bytes", () => {
  it("typed stub, calls at most once and marshalling hold together, and nothing else travels but bytes", () => {
    const prepared = prepare(atMostOnceScenario, { wire: "bytes" });
    const { verdicts } = runCampaign(prepared, { runs: 300 });
    expect(verdicts.map(({ property, verdict }) => [property, verdict])).toEqual([
      ["RPC2", "holds"],
      ["RPC4", "holds"],
    ]);
    const { trace } = runOnce(prepared, { kind: "seed", seed: 1, edits: [] }, { trace: true });
    const sent = trace!.events.filter(({ kind }) => kind === "send");
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every(({ data }) => data instanceof Uint8Array)).toBe(true);
  });
});

describe("mutants of remote calls", () => {
  for (const { id, scenario, rules, violates, seedsMax = 2_000 } of rpcMutants) {
    it(`${id} is found, by ${violates.join(" or ")}`, () => {
      const home = rpcScenarios.find((candidate) => (candidate as unknown as { id: string }).id === scenario)!;
      const prepared = prepare(home, {}, {}, { rules, mutant: id });
      const { verdicts } = runCampaign(prepared, { runs: seedsMax, first: violates[0]!, shrinkRunsMax: 0 });
      const broken = verdicts.filter(({ verdict }) => verdict === "violated").map(({ property }) => property);
      expect(violates.some((property) => broken.includes(property))).toBe(true);
    });
  }
});
