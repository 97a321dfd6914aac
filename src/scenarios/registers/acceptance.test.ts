import { describe, expect, it } from "vitest";
import { type Counterexample, findCounterexample, runsOf } from "../../../test/support/campaigns.ts";
import type { TraceEvent } from "../../model/index.ts";
import { prepare, runCampaign } from "../../simulate/index.ts";
import { quorumsScenario } from "./regular-register-scenario.ts";

/** What clients saw in the part of a run that makes the counterexample. */
const history = ({ result, slice }: Counterexample): readonly string[] =>
  result
    .trace!.events.filter(({ id, kind }: TraceEvent) => slice.has(id) && (kind === "call" || kind === "answer"))
    .map(({ node, name, data }: TraceEvent) => `${node}:${name}(${(data as readonly unknown[]).join()})`);

const countOf = ({ result, slice }: Counterexample, kind: TraceEvent["kind"]): number =>
  result.trace!.events.filter((event: TraceEvent) => slice.has(event.id) && event.kind === kind).length;

describe("B18: quorum reads are not linearizable", () => {
  it("without the write-back three operations suffice: a write that reached one process, a read of it, a read that missed it", () => {
    const found = findCounterexample("registers/abd-one-writer", "LIN", {
      parameters: { writes: 1 },
      rules: { writesBack: () => false },
    });
    expect(countOf(found, "call")).toBe(3);
    const calls = history(found);
    expect(calls.filter((what) => what.includes("write"))).toHaveLength(1);
    const reads = calls.filter((what) => what.includes("readReturn"));
    expect(reads).toHaveLength(2);
    const valueIn = (answer: string): string => answer.replace(/^\d:/, "");
    expect(valueIn(reads[0]!)).toMatch(/readReturn\(v\d\)/);
    expect(valueIn(reads[1]!)).not.toBe(valueIn(reads[0]!));
  });

  it("with the write-back there is none", () => {
    expect(runsOf("registers/abd-one-writer", 2_000).violated).toEqual([]);
  });
});

describe("B25: regular is less than atomic", () => {
  it("write(v) ‖ read → v, then read → what was before", () => {
    const found = findCounterexample("registers/majority-voting", "ONAR3", {
      parameters: { claim: "atomic", writes: 1 },
    });
    const calls = history(found);
    expect(countOf(found, "call")).toBe(3);
    // The write has not returned when the second read does: both values are still allowed to a regular register.
    expect(calls.some((what) => what.includes("writeReturn"))).toBe(false);
    expect(calls.filter((what) => what.includes("readReturn"))).toHaveLength(2);
  });
});

describe("R + W = N", () => {
  it("reads a stale value in four deliveries: the write and its acknowledgement, the read and its answer", () => {
    const found = findCounterexample("registers/quorums", "ONRR2", { parameters: { n: 2, R: 1, W: 1, writes: 1 } });
    expect(countOf(found, "deliver")).toBe(4);
  });

  it.each([
    { R: 1, W: 2, stale: false },
    { R: 1, W: 1, stale: true },
  ])("every order of one write and one read, n = 2, R = $R, W = $W", ({ R, W, stale }) => {
    const { verdicts } = runCampaign(prepare(quorumsScenario, { n: 2, R, W, writes: 1, reads: 1, pauseMsMax: 0 }), {
      exhaustive: true,
      crashesMax: 0,
      lossesMax: 0,
      cover: "outside",
    });
    const validity = verdicts.find(({ property }) => property === "ONRR2");
    expect(validity?.verdict).toBe(stale ? "violated" : "holds");
    expect(validity?.strength.by).toBe(stale ? "counterexample" : "exhaustive");
    expect(validity?.exercised).toBeGreaterThan(0);
  });
});
