import { describe, expect, it } from "vitest";
import { type AnyProperty, property } from "../check/index.ts";
import {
  type Links,
  type Log,
  type Module,
  network,
  type Port,
  type Signed,
  type SystemModel,
  stack,
} from "../model/index.ts";
import { type Prepared, prepare, runCampaign, type Script, type Setup, scenario } from "../simulate/index.ts";
import { drawDiagram } from "../trace/index.ts";
import { cutsOf } from "./cuts.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { smallProtocol } from "./testing/small-protocols.ts";

const asynchronous: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };

interface Says extends Port {
  readonly requests: { readonly say: (value: string) => void };
  readonly indications: { readonly heard: (value: string) => void };
}

type Teller = Module<{ provides: Says; uses: { links: Links<string> }; state: Record<never, never> }>;

/** Tells everybody else. */
const teller: Teller = {
  name: "teller",
  source: "this test",
  init: () => ({}),
  upon: {
    request: {
      say(_s, io, value) {
        for (const node of io.nodes) if (node !== io.self) io.links.send(node, value);
      },
    },
    links: { deliver: (_s, io, _from, value) => io.up.heard(value) },
  },
};

type Signer = Module<{ provides: Says; uses: { links: Links<Signed<string>> }; state: Record<never, never> }>;

/** Tells everybody else under its name, and believes what process 0 has signed. */
const signer: Signer = {
  name: "signer",
  source: "this test",
  init: () => ({}),
  upon: {
    request: {
      say(_s, io, value) {
        for (const node of io.nodes) if (node !== io.self) io.links.send(node, io.sign(value));
      },
    },
    links: {
      deliver(_s, io, _from, signed) {
        if (signed.signer === 0 && io.verify(signed)) io.up.heard(signed.body);
      },
    },
  },
};

/** What is heard, node by node, is as it should be. */
const heard = (id: string, allowed: (values: readonly (readonly [number, unknown])[]) => boolean): AnyProperty =>
  property<{ readonly values: [number, unknown][] }>({
    id,
    kind: "safety",
    text: "What is heard is as it should be.",
    init: () => ({ values: [] }),
    on(s, { kind, name, node, args, event }, report) {
      if (kind !== "indication" || name !== "heard") return;
      report.premise();
      if (s.values.some(([at, value]) => at === node && value === args[0])) return;
      s.values.push([node, args[0]]);
      if (!allowed(s.values))
        report.violated(`${s.values.map(([at, value]) => `${at} hears ${String(value)}`).join()}`, event);
    },
  });

const agree = heard("AGREE", (values) => new Set(values.map(([, value]) => value)).size === 1);
const inOrder = heard("ORDER", (values) =>
  values.every(
    ([at, value], index) => value === `${values.slice(0, index).filter(([node]) => node === at).length + 1}`,
  ),
);
const genuine = heard("GENUINE", (values) => values.every(([, value]) => value === "yes"));

const says = (...values: readonly string[]): readonly Script[] => [
  { node: 0, calls: values.map((value) => ({ request: "say", args: [value] })) },
];

const prepared = (
  one: Teller | Signer,
  n: number,
  properties: readonly AnyProperty[],
  scripts: readonly Script[],
  model: Partial<SystemModel>,
  setup: Partial<Setup> = {},
): Prepared => {
  const bound = stack(one as Teller, { links: network<string>("links") });
  return prepare(
    scenario({
      id: "test/world",
      rows: [],
      title: "world",
      model: { ...asynchronous, ...model },
      parameters: {},
      setup: () => ({
        processes: Array.from({ length: n }, (_, at) => ({ name: `p${at + 1}`, stack: bound })),
        workload: () => scripts,
        properties,
        faults: { crashes: 0 },
        ...setup,
      }),
    }),
  );
};

const explored = (what: Prepared, options: ExploreOptions = {}): readonly string[] =>
  explore(what, options).verdicts.map(({ property: id, verdict }) => `${id} ${verdict}`);

/** The same by enumerating every run. */
const enumerated = (what: Prepared, runs = 1_500): readonly string[] =>
  runCampaign(what, { exhaustive: true, runs, shrinkRunsMax: 0 }).verdicts.map(
    ({ property: id, verdict }) => `${id} ${verdict}`,
  );

describe("links that are cut and mended", () => {
  const numbers = prepared(teller, 2, [inOrder], says("1", "2"), { network: "fair-loss" });

  it("lose what is sent meanwhile: in order, and with a gap", () => {
    const ordered = { network: "ordered", lossesMax: 0 } as const;
    expect(explored(numbers, ordered)).toEqual(["ORDER holds"]);
    expect(explored(numbers, { ...ordered, partitionsMax: 1 })).toEqual(["ORDER violated"]);
    const run = explore(numbers, { ...ordered, partitionsMax: 1 }).counterexamples.get("ORDER")!;
    const drawn = drawDiagram(run.trace, { only: run.slice, ascii: true });
    expect(drawn).toContain("partition p1 | p2 (full)");
    expect(drawn).toContain("partition ends");
    expect(run.events).toBe(4);
  });

  it("keep it on a reliable network, and let it through once they are whole", () => {
    const reliable = prepared(teller, 2, [inOrder], says("1", "2"), {});
    expect(explored(reliable, { network: "ordered", partitionsMax: 2 })).toEqual(["ORDER holds"]);
  });

  it("add nothing where order is free: what they keep back is what comes late or never", () => {
    for (let seed = 0; seed < 12; seed++) {
      const small = prepare(smallProtocol, { seed });
      const bounded = { statesMax: 20_000 } as const;
      const [without, within] = [explore(small, bounded), explore(small, { ...bounded, partitionsMax: 1 })];
      if (without.complete || without.cut === "violation")
        expect(`${seed} ${within.verdicts[0]!.verdict === "violated"}`).toBe(
          `${seed} ${without.verdicts[0]!.verdict === "violated"}`,
        );
    }
  });

  it("are cut in every way: two groups, one way, around a bridge", () => {
    expect(cutsOf([0, 1, 2], ["full"])).toHaveLength(3);
    expect(cutsOf([0, 1, 2], ["one-way"])).toHaveLength(6);
    expect(cutsOf([0, 1, 2], ["bridge"])).toEqual([
      { form: "bridge", left: [1, 0], right: [0, 2] },
      { form: "bridge", left: [0, 1], right: [1, 2] },
      { form: "bridge", left: [0, 2], right: [2, 1] },
    ]);
  });
});

describe("traitors", () => {
  const vocabulary = [{ body: "yes" }, { body: "no" }];
  const byzantine = { nodes: "byzantine" } as const;

  it("say what they like to whom they like: two of three hear unlike things from the third", () => {
    const told = prepared(teller, 3, [agree], says("yes"), byzantine, {
      f: 1,
      vocabulary,
      faults: { candidates: [0] },
    });
    expect(explored(told)).toEqual(["AGREE violated"]);
    expect(enumerated(told)).toEqual(["AGREE violated"]);
    const run = explore(told).counterexamples.get("AGREE")!;
    expect(run.events).toBe(2);
    expect(run.trace.events.map(({ kind, name }) => `${kind} ${name ?? ""}`)).toContain("fault byzantine begin");
  });

  it("cannot sign for others: what they repeat they must have heard", () => {
    const forged = ["yes", "no"].map((body) => ({ body: { signer: 0, body, proof: new Uint8Array([1]) } }));
    const setup = { f: 1, vocabulary: forged, faults: { candidates: [2] } };
    const signed = prepared(signer, 3, [genuine], says("yes"), byzantine, setup);
    expect(explored(signed)).toEqual(["GENUINE holds"]);
    expect(enumerated(signed, 2_000)).not.toContain("GENUINE violated");
    const run = explore(prepared(signer, 3, [heard("NONE", () => false)], [], byzantine, setup));
    expect(run.verdicts[0]).toMatchObject({ verdict: "unknown", exercised: 0 });
  });

  it("and at most as many as are allowed, saying at most so much", () => {
    const told = prepared(teller, 3, [agree], [], byzantine, { f: 1, vocabulary, faults: { candidates: [0] } });
    expect(explored(told, { liesMax: 1 })).toEqual(["AGREE holds"]);
    expect(explored(told, { liesMax: 2 })).toEqual(["AGREE violated"]);
    expect(() => explore(told, { traitors: 2 })).toThrow("has 1 processes that may be traitors, not 2");
  });
});

describe("a network that lies", () => {
  const arbitrary = { network: "arbitrary" } as const;
  const vocabulary = [{ body: "yes" }, { body: "no" }];

  it("forges what nobody said, unless messages are signed", () => {
    const plain = prepared(teller, 2, [genuine], says("yes"), arbitrary, { vocabulary });
    expect(explored(plain)).toEqual(["GENUINE violated"]);
    expect(enumerated(plain)).toEqual(["GENUINE violated"]);
    expect(explored(plain, { forgeriesMax: 0 })).toEqual(["GENUINE unknown"]);
    const run = explore(plain).counterexamples.get("GENUINE")!;
    expect(run.trace.events.find(({ name }) => name === "forged")).toMatchObject({ kind: "fault", data: "no" });
    const words = ["yes", "no"].map((body) => ({ body: { signer: 0, body, proof: new Uint8Array([1]) } }));
    const signed = prepared(signer, 2, [genuine], says("yes"), arbitrary, { vocabulary: words });
    expect(explored(signed, { forgeriesMax: 2 })).toEqual(["GENUINE holds"]);
    expect(enumerated(signed)).not.toContain("GENUINE violated");
  });
});

interface Keeps extends Port {
  readonly requests: { readonly keep: () => void };
  readonly indications: { readonly heard: (value: string) => void };
}

/** Keeps a mark and tells process 0; after a recovery it says whether the mark is there. */
const keeper = (
  early: boolean,
): Module<{
  provides: Keeps;
  uses: { links: Links<string> };
  state: Record<never, never>;
  disk: { marks: Log<string> };
}> => ({
  name: "keeper",
  source: "this test",
  disk: { marks: "log" },
  init: () => ({}),
  start(_s, io) {
    if (io.incarnation > 0) io.up.heard(io.disk.marks.end > 0 ? "kept" : "lost");
  },
  upon: {
    request: {
      keep(_s, io) {
        io.disk.marks.append("mark");
        if (early) io.early(() => io.links.send(0, "told"));
        else io.links.send(0, "told");
      },
    },
    links: { deliver: (_s, io, _from, value) => io.up.heard(value) },
  },
});

/** Once it is told that something is kept it is never lost. */
const durable = heard("DURABLE", (values) => {
  const told = values.findIndex(([, value]) => value === "told");
  return told < 0 || values.slice(told).every(([, value]) => value !== "lost");
});

describe("a write that a crash loses", () => {
  it.each([
    { early: false, verdict: "DURABLE holds" },
    { early: true, verdict: "DURABLE violated" },
  ])("is found by states as by runs: told early $early, $verdict", ({ early, verdict }) => {
    const one = stack(keeper(early), { links: network() });
    const what = prepare(
      scenario({
        id: "test/keeper",
        rows: [],
        title: "keeper",
        model: { ...asynchronous, nodes: "crash-recovery" },
        parameters: {},
        setup: () => ({
          processes: [0, 1].map((at) => ({ name: `p${at + 1}`, stack: one })),
          workload: () => [{ node: 1, calls: [{ request: "keep", args: [] }] }],
          properties: [durable],
          faults: { crashes: 1, candidates: [1] },
        }),
      }),
    );
    expect(explored(what)).toEqual([verdict]);
    expect(enumerated(what)).toEqual([verdict]);
  });
});
