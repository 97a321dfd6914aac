import { describe, expect, it } from "vitest";
import { type AnyProperty, property } from "../check/index.ts";
import {
  type AnyBound,
  type Links,
  type Log,
  type Module,
  network,
  type Port,
  type SystemModel,
  stack,
} from "../model/index.ts";
import { findScenario } from "../scenarios/index.ts";
import { type Prepared, prepare, type Script, type Setup, scenario } from "../simulate/index.ts";
import { drawDiagram } from "../trace/index.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";

const asynchronous: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };

const prepared = (
  stacks: readonly AnyBound[],
  properties: readonly AnyProperty[],
  scripts: readonly Script[] = [],
  model: SystemModel = asynchronous,
  setup: Partial<Setup> = {},
): Prepared =>
  prepare(
    scenario({
      id: "test/one",
      rows: [],
      title: "one",
      model,
      parameters: {},
      setup: () => ({
        processes: stacks.map((one, at) => ({ name: `p${at + 1}`, stack: one })),
        workload: () => scripts,
        properties,
        ...setup,
      }),
    }),
  );

const verdicts = (what: Prepared, options: ExploreOptions = {}): readonly string[] =>
  explore(what, options).verdicts.map(({ property: id, verdict }) => `${id} ${verdict}`);

/** Every indication of a name, in the order in which they come, has values that the rule allows. */
const sequence = (id: string, name: string, allowed: (values: readonly unknown[]) => boolean): AnyProperty =>
  property<{ readonly values: unknown[] }>({
    id,
    kind: "safety",
    text: `The values of ${name} are as they should be.`,
    init: () => ({ values: [] }),
    on(s, { kind, name: what, args, event }, report) {
      if (kind !== "indication" || what !== name) return;
      report.premise();
      s.values.push(args[0]);
      if (!allowed(s.values)) report.violated(`${name} gives ${s.values.join()}`, event);
    },
  });

interface Tells extends Port {
  readonly requests: { readonly go: () => void };
  readonly indications: { readonly got: (value: number) => void };
}

/** Process 0 sends 1, 2, 3 to process 1 when it is told to. */
const counting = (): Module<{ provides: Tells; uses: { links: Links<number> }; state: Record<never, never> }> => ({
  name: "counting",
  source: "this test",
  init: () => ({}),
  upon: {
    request: {
      go(_s, io) {
        for (const value of [1, 2, 3]) io.links.send(1, value);
      },
    },
    links: { deliver: (_s, io, _from, value) => io.up.got(value) },
  },
});

const count = (): AnyBound => stack(counting(), { links: network() });
const go: readonly Script[] = [{ node: 0, calls: [{ request: "go", args: [] }] }];
const ascending = (values: readonly unknown[]): boolean => values.every((value, at) => value === at + 1);
const once = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
const inOrder = prepared([count(), count()], [sequence("ORDER", "got", ascending)], go);
const noTwice = prepared([count(), count()], [sequence("ONCE", "got", once)], go);

describe("the network of a search", () => {
  it("ordered: links keep the order, but where they lose it shows", () => {
    expect(verdicts(inOrder, { network: "ordered" })).toEqual(["ORDER holds"]);
    expect(verdicts(inOrder, { network: "ordered", lossesMax: 1 })).toEqual(["ORDER violated"]);
    expect(verdicts(inOrder, { network: "multiset" })).toEqual(["ORDER violated"]);
  });

  it("multiset: each message comes once, or as often more as duplicates are allowed", () => {
    expect(verdicts(noTwice, { network: "multiset" })).toEqual(["ONCE holds"]);
    expect(verdicts(noTwice, { network: "multiset", duplicatesMax: 1 })).toEqual(["ONCE violated"]);
    expect(verdicts(noTwice, { network: "ordered", duplicatesMax: 1 })).toEqual(["ONCE violated"]);
  });

  it("set: what was sent can come again and again", () => {
    expect(verdicts(noTwice, { network: "set" })).toEqual(["ONCE violated"]);
  });

  it("every order of three messages is a state of a property that remembers the order", () => {
    const { distinct, generated, depth, complete } = explore(
      prepared([count(), count()], [sequence("ONCE", "got", () => true)], go),
    );
    // 1 before the call and 1 after it, then 3 + 6 + 6 sequences.
    expect({ distinct, generated, depth, complete }).toEqual({ distinct: 17, generated: 17, depth: 4, complete: true });
  });
});

describe("a counterexample of a search", () => {
  const run = explore(inOrder).counterexamples.get("ORDER")!;

  it("is the shortest, and told in the events of a trace", () => {
    expect(run.steps).toBe(2);
    expect(run.events).toBe(2);
    expect(run.trace.events.filter(({ kind }) => kind === "send")).toHaveLength(3);
    expect(run.faulty.map((event) => run.trace.events[event]!.kind)).toEqual(["answer"]);
    const delivery = run.trace.events.find(({ kind }) => kind === "deliver")!;
    expect(run.trace.events[delivery.cause!]!.kind).toBe("send");
  });

  it("is drawn like any other run", () => {
    const drawn = drawDiagram(run.trace, { marked: new Set(run.faulty), only: run.slice, ascii: true });
    expect(drawn).toContain("call go()");
    expect(drawn).toContain("answer got(");
  });
});

interface Keeps extends Port {
  readonly requests: { readonly keep: (value: number) => void };
  readonly indications: { readonly kept: (value: number) => void; readonly found: (value: number) => void };
}

/** Keeps a value and says so; after a recovery it says what it finds. */
const keeper = (
  early: boolean,
): Module<{
  provides: Keeps;
  uses: { links: Links<number> };
  state: Record<never, never>;
  disk: { kept: Log<number> };
}> => ({
  name: "keeper",
  source: "this test",
  disk: { kept: "log" },
  init: () => ({}),
  start(_s, io) {
    if (io.incarnation > 0) io.up.found(io.disk.kept.end);
  },
  upon: {
    request: {
      keep(_s, io, value) {
        io.disk.kept.append(value);
        if (early) io.early(() => io.links.send(0, value));
        else io.links.send(0, value);
      },
    },
    links: { deliver: (_s, io, _from, value) => io.up.kept(value) },
  },
});

/** What another process was told is on disk after every recovery. */
const durable = property<{ told: boolean }>({
  id: "DURABLE",
  kind: "safety",
  text: "What was told is kept.",
  init: () => ({ told: false }),
  on(s, { kind, name, args, event }, report) {
    if (kind !== "indication") return;
    if (name === "kept") s.told = true;
    else if (s.told) {
      report.premise();
      if (args[0] === 0) report.violated("what was told is not there", event);
    }
  },
});

describe("crashes in a search (D1)", () => {
  const recovering: SystemModel = { ...asynchronous, nodes: "crash-recovery" };
  const keep = (early: boolean): Prepared => {
    const one = stack(keeper(early), { links: network() });
    const script: Script = { node: 1, calls: [{ request: "keep", args: [7] }] };
    return prepared([one, one], [durable], [script], recovering, { faults: { crashes: 1, candidates: [1] } });
  };

  it("come before and after every sync: an output that waits for its write is never wrong, an early one is", () => {
    expect(verdicts(keep(false))).toEqual(["DURABLE holds"]);
    expect(verdicts(keep(true))).toEqual(["DURABLE violated"]);
  });

  it("lose nothing where writes are durable at the end of their step", () => {
    expect(verdicts(keep(true), { sync: "at once" })).toEqual(["DURABLE holds"]);
  });

  it("strike no more often than allowed", () => {
    const { verdicts: found } = explore(keep(true), { crashesMax: 0 });
    expect(found.map(({ verdict, clause }) => [verdict, clause])).toEqual([
      ["unknown", "never exercised: its premise did not occur"],
    ]);
  });
});

interface Ticks extends Port {
  readonly requests: Record<never, never>;
  readonly indications: { readonly tick: (which: number) => void };
}

const clockwork = (
  first: number | { readonly from: number; readonly to: number },
): Module<{
  provides: Ticks;
  uses: Record<never, never>;
  state: Record<never, never>;
  timers: { due: [which: number] };
}> => ({
  name: "clockwork",
  source: "this test",
  init: () => ({}),
  start(_s, io) {
    io.timers.due.set(first, 2);
    io.timers.due.set(10, 1);
  },
  upon: { request: {}, timer: { due: (_s, io, which) => io.up.tick(which) } },
});

describe("timers in a search", () => {
  const ticking = (first: Parameters<typeof clockwork>[0], timing: SystemModel["timing"]): Prepared =>
    prepared([stack(clockwork(first), {})], [sequence("TICKS", "tick", (values) => values[0] !== 2)], [], {
      ...asynchronous,
      timing,
    });

  it("fire in any order where nothing is known of time", () => {
    expect(verdicts(ticking(20, "asynchronous"))).toEqual(["TICKS violated"]);
  });

  it("else the one that is surely due first goes first, where ranges overlap either", () => {
    expect(verdicts(ticking(5, "unknown-bound"))).toEqual(["TICKS violated"]);
    expect(verdicts(ticking(10, "unknown-bound"))).toEqual(["TICKS violated"]);
    expect(verdicts(ticking({ from: 5, to: 30 }, "unknown-bound"))).toEqual(["TICKS violated"]);
  });

  it("fire as often as allowed", () => {
    const { distinct } = explore(ticking(20, "asynchronous"), { timeoutsMax: 1, goesOn: true });
    expect(distinct).toBe(3);
    expect(explore(ticking(20, "asynchronous"), { timeoutsMax: 0, goesOn: true }).distinct).toBe(1);
  });
});

describe("what a search refuses to decide", () => {
  const clock = (): Module<{ provides: Ticks; uses: Record<never, never>; state: Record<never, never> }> => ({
    name: "reads its clock",
    source: "this test",
    init: () => ({}),
    start: (_s, io) => io.up.tick(io.clock("wall")),
    upon: { request: {} },
  });
  const late = property<{ at: number }>({
    id: "LATE",
    kind: "safety",
    text: "Nothing is late.",
    init: () => ({ at: 0 }),
    on(s, { at }, report) {
      report.premise();
      s.at = at;
    },
  });
  const owed = property<{ got: number }>({
    id: "OWED",
    kind: "liveness",
    text: "All come.",
    init: () => ({ got: 0 }),
    pending: ({ got }) => (got < 3 ? "not all came" : null),
  });
  const clauses = (what: Prepared): readonly (string | undefined)[] =>
    explore(what, { network: "multiset" }).verdicts.map(({ verdict, clause }) => `${verdict}: ${clause}`);

  it("a protocol that reads its clock", () => {
    expect(clauses(prepared([stack(clock(), {})], [sequence("ANY", "tick", () => true)]))).toEqual([
      "unknown: process 0 reads its clock, and exhaustive search has no time",
    ]);
  });

  it("a property that asks for the time, and liveness", () => {
    expect(clauses(prepared([count(), count()], [late, owed], go))).toEqual([
      "unknown: it asks for the time, of which exhaustive search has none",
      "unknown: liveness is not decided by this search",
    ]);
  });

  it("what traitors and forgers could do", () => {
    const all = (model: Partial<SystemModel>): Prepared =>
      prepared([count(), count()], [sequence("ONCE", "got", () => true)], go, { ...asynchronous, ...model });
    expect(clauses(all({ nodes: "byzantine" }))).toEqual(["unknown: traitors were not tried"]);
    expect(clauses(all({ network: "arbitrary" }))).toEqual([
      "unknown: forgers repeated nothing but what was said: the scenario states no vocabulary",
    ]);
  });

  it("scenarios that count on bounds of time, or on faults at fixed times", () => {
    const synchronous = prepared([count(), count()], [], go, { ...asynchronous, timing: "synchronous" });
    expect(() => explore(synchronous)).toThrow("counts on bounds of time");
    const planned = prepared([count(), count()], [], go, asynchronous, { plan: [{ kind: "crash", at: 5, node: 0 }] });
    expect(() => explore(planned)).toThrow("faults at fixed times");
    expect(() => explore(inOrder, { crashesMax: -1 })).toThrow("crashesMax is a whole number");
  });
});

describe("scenarios of the lab, exhaustively", () => {
  const quorums = (W: number): Prepared =>
    prepare(findScenario("registers/quorums")!, { n: 2, R: 1, W, writes: 1, reads: 1, pauseMsMax: 0 });

  it("R + W > N reads what was written, R + W = N does not: in 6 events", () => {
    const strong = explore(quorums(2), { crashesMax: 0 });
    expect(strong.complete).toBe(true);
    expect(strong.verdicts.map(({ verdict }) => verdict)).toEqual(["unknown", "holds"]);
    const weak = explore(quorums(1), { crashesMax: 0 }).counterexamples.get("ONRR2");
    expect(weak?.events).toBe(6);
  });

  it("a protocol that throws is at fault itself", () => {
    const throwing: Module<{ provides: Tells; uses: Record<never, never>; state: Record<never, never> }> = {
      name: "throws",
      source: "this test",
      init: () => ({}),
      upon: {
        request: {
          go: () => {
            throw new Error("boom");
          },
        },
      },
    };
    const { verdicts: found, counterexamples } = explore(prepared([stack(throwing, {})], [], go));
    expect(found.map(({ property: id, verdict }) => `${id} ${verdict}`)).toEqual(["protocol violated"]);
    expect(counterexamples.get("protocol")!.clause).toBe("process p1 throws: boom");
  });
});
