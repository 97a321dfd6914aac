import { describe, expect, it } from "vitest";
import { properties } from "../../check/index.ts";
import { network, Odometer, stack } from "../../model/index.ts";
import { fifoLink } from "../../protocols/index.ts";
import { type AnyScenario, prepare, runCampaign, runOnce, runWith, scenario } from "../../simulate/index.ts";
import { authenticatedLinkScenario } from "./authenticated-link-scenario.ts";
import { bridgeScenario } from "./bridge-scenario.ts";
import { durableFifoLinkScenario, fifoLinkScenario } from "./fifo-link-scenario.ts";
import { perfectLinkScenario } from "./perfect-link-scenario.ts";

const words = ["hello", "how", "are", "you", "?"];

/** One process says five words to another; nothing is checked here, the test looks at the traces. */
const fiveWords: AnyScenario = scenario({
  id: "test/five-words",
  rows: [8],
  title: "five words",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {},
  setup: () => ({
    processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: stack(fifoLink(), { perfect: network() }) })),
    workload: () => [{ node: 0, calls: words.map((word) => ({ request: "send", args: [1, word] })) }],
    properties: properties(),
  }),
});

describe("B2 FIFO link", () => {
  it("delivers five words in the order of sending, whatever the order of arrival", () => {
    const prepared = prepare(fiveWords);
    const arrivals = new Set<string>();
    const deliveries = new Set<string>();
    const odometer = new Odometer();
    do {
      const { trace } = runWith(prepared, { kind: "path", path: [], crashesMax: 0, lossesMax: 0 }, odometer, {
        trace: true,
      });
      const events = trace?.events ?? [];
      const arrived = events.filter(({ kind }) => kind === "deliver");
      const delivered = events.filter(({ kind }) => kind === "answer");
      arrivals.add(arrived.map(({ data }) => (data as { readonly message: string }).message).join(" "));
      deliveries.add(delivered.map(({ data }) => (data as readonly unknown[])[1]).join(" "));
    } while (odometer.next());
    expect(arrivals.size).toBe(120);
    expect([...deliveries]).toEqual(["hello how are you ?"]);
  });

  it("counts for each receiver by itself: every order of two streams", () => {
    const prepared = prepare(fifoLinkScenario, { n: 3, messages: 4, f: 0 });
    const { verdicts, complete } = runCampaign(prepared, { exhaustive: true, crashesMax: 0 });
    expect(complete).toBe(true);
    expect(verdicts.map(({ property, verdict }) => `${property} ${verdict}`)).toEqual([
      "PL1 holds",
      "PL2 holds",
      "PL3 holds",
      "FPL4 holds",
    ]);
  });

  it("exercise 5: the same code where processes recover breaks within 6 events; with durable counters it does not", () => {
    const volatile = prepare(fifoLinkScenario, { n: 2, messages: 2 }, { nodes: "crash-recovery" });
    const broken = runCampaign(volatile, { runs: 2_000, first: "PL1", cover: "outside" });
    const verdict = broken.verdicts.find(({ property }) => property === "PL1");
    expect(verdict?.verdict).toBe("violated");
    expect(verdict?.strength.events).toBeLessThanOrEqual(6);
    const kinds = broken.counterexamples.get("PL1")?.result.trace?.events.map(({ kind }) => kind) ?? [];
    expect(kinds).toContain("recover");

    const durable = runCampaign(prepare(durableFifoLinkScenario, { n: 2 }), { runs: 1_000, cover: "outside" });
    expect(durable.struck.get("recovery")).toBeGreaterThan(0);
    expect(durable.verdicts.filter(({ verdict: outcome }) => outcome !== "holds")).toEqual([]);
  });
});

describe("B3 links made stronger", () => {
  it("retransmission and deduplication turn fair-loss links into reliable ones", () => {
    const { verdicts, struck } = runCampaign(prepare(perfectLinkScenario), { runs: 500, cover: "outside" });
    expect(struck.get("loss")).toBeGreaterThan(0);
    expect(struck.get("duplicate")).toBeGreaterThan(0);
    expect(verdicts.map(({ property, verdict }) => `${property} ${verdict}`)).toEqual([
      "PL1 holds",
      "PL2 holds",
      "PL3 holds",
    ]);
  });

  it("authentication turns arbitrary links into fair-loss ones: nothing is forged, and they can still be cut", () => {
    const prepared = prepare(authenticatedLinkScenario, { retries: false });
    const { verdicts, struck } = runCampaign(prepared, { runs: 500, cover: "outside" });
    expect(struck.get("forgery")).toBeGreaterThan(0);
    expect(verdicts.map(({ property, verdict }) => `${property} ${verdict}`)).toEqual([
      "AL1 violated",
      "AL2 holds",
      "AL3 holds",
    ]);
  });
});

describe("row 12 bridge", () => {
  it("cuts p1 from p3 in every run, and the messages between them go through p2", () => {
    const prepared = prepare(bridgeScenario);
    const { trace, violations } = runOnce(prepared, { kind: "seed", seed: 1, edits: [] }, { trace: true });
    const delivered = (trace?.events ?? []).filter(({ kind }) => kind === "deliver");
    expect(delivered.some(({ node, peer }) => (node === 0 && peer === 2) || (node === 2 && peer === 0))).toBe(false);
    expect(delivered.some(({ node, peer }) => node === 1 && peer === 0)).toBe(true);
    expect(violations).toEqual([]);
  });
});
