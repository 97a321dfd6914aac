import { describe, expect, it } from "vitest";
import { type AnyProperty, property } from "../check/index.ts";
import { type Links, type Module, network, type Port, stack } from "../model/index.ts";
import { prepare } from "./prepare.ts";
import { runOnce } from "./run.ts";
import { type AnyScenario, scenario } from "./scenario.ts";

interface Say extends Port {
  readonly requests: { readonly say: (word: string) => void };
  readonly indications: { readonly heard: (word: string) => void };
}

const speaker: Module<{ provides: Say; uses: { links: Links<string> }; state: Record<never, never> }> = {
  name: "speaker",
  source: "a test",
  init: () => ({}),
  upon: {
    request: {
      say(_s, io, word) {
        for (const node of io.nodes) if (node !== io.self) io.links.send(node, word);
      },
    },
    links: { deliver: (_s, io, _from, word) => io.up.heard(word) },
  },
};

const noProperty: AnyProperty = property({ id: "none", kind: "safety", text: "", init: () => null });

const late = (startsAtMs: number): AnyScenario =>
  scenario({
    id: "test/late",
    rows: [],
    title: "A process that starts later",
    model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
    parameters: {},
    setup: () => ({
      processes: ["one", "two"].map((name, at) => ({
        name,
        stack: stack(speaker, { links: network("words") }),
        startsAtMs: at * startsAtMs,
      })),
      workload: () => [
        { node: 0, calls: [10, 500].map((afterMs) => ({ request: "say", args: [`after ${afterMs}`], afterMs })) },
        { node: 1, calls: [{ request: "say", args: ["here"], afterMs: 5 }] },
      ],
      properties: [noProperty],
      faults: { crashes: 0, partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0 },
      dials: { loss: 0, duplication: 0 },
      windowMs: 1_000,
    }),
  });

describe("a process that starts later", () => {
  const { trace, struck } = runOnce(prepare(late(300)), { kind: "seed", seed: 1, edits: [] }, { trace: true });
  const events = trace!.events.filter(({ node }) => node === 1);

  it("boots once, at its time, in its first life", () => {
    expect(events[0]).toMatchObject({ kind: "drop", name: "node is down" });
    const boots = events.filter(({ kind }) => kind === "boot" || kind === "recover");
    expect(boots.map(({ kind, at, incarnation }) => [kind, at, incarnation])).toEqual([["boot", 300, 0]]);
    expect(struck.has("recovery")).toBe(false);
  });

  it("hears what is said from then on, and its calls wait for it", () => {
    expect(events.flatMap(({ kind, name, data }) => (kind === "answer" ? [[name, data]] : []))).toEqual([
      ["heard", ["after 500"]],
    ]);
    expect(events.flatMap(({ kind, at }) => (kind === "call" ? [at] : []))).toEqual([305]);
  });

  it("a time that is none is refused", () => {
    expect(() => prepare(late(-1))).toThrow(/process two starts at a time from 0/);
  });
});
