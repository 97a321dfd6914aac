import { describe, expect, it } from "vitest";
import { alsoAsks } from "../../../test/support/also-asks.ts";
import {
  type AnyProperty,
  broadcastAgreement,
  broadcastValidity,
  causalOrder,
  fifoOrder,
  gapFreeTotalOrder,
  type Property,
  type PropertyEvent,
  totalOrder,
  uniformBroadcastAgreement,
  uniformTotalOrder,
} from "../../check/index.ts";
import type { SystemModel } from "../../model/index.ts";
import { prepare, runCampaign } from "../../simulate/index.ts";
import { fifoTotalOrderScenario, lamportTotalOrderScenario } from "./total-order-scenarios.ts";

const model: SystemModel = { network: "reliable", nodes: "crash-stop", timing: "asynchronous" };
const everybody = [0, 1, 2];
const messages = ["m1", "m2"];

/** What happens in a history: a process broadcasts a message, or delivers it. */
interface Step {
  readonly node: number;
  readonly message: string;
  readonly kind: "request" | "indication";
}

/** Every history of three processes and two messages, of processes that may stop at any point. */
function* histories(originOf: ReadonlyMap<string, number>, steps: readonly Step[] = []): Generator<readonly Step[]> {
  yield steps;
  const happened = (kind: Step["kind"], node: number, message: string): boolean =>
    steps.some((step) => step.kind === kind && step.node === node && step.message === message);
  for (const message of messages) {
    const origin = originOf.get(message)!;
    const isBroadcast = happened("request", origin, message);
    if (!isBroadcast) yield* histories(originOf, [...steps, { kind: "request", node: origin, message }]);
    for (const node of everybody)
      if (isBroadcast && !happened("indication", node, message))
        yield* histories(originOf, [...steps, { kind: "indication", node, message }]);
  }
}

const holds = (
  definition: AnyProperty,
  originOf: ReadonlyMap<string, number>,
  history: readonly Step[],
  correct: readonly number[],
): boolean => {
  const property = definition as unknown as Property;
  const state = property.init({ nodes: everybody, model, parameters: {} });
  let broken = false;
  const report = {
    premise: () => undefined,
    violated: () => {
      broken = true;
    },
  };
  history.forEach(({ kind, node, message }, event) => {
    const own: PropertyEvent = {
      kind,
      event,
      node,
      incarnation: 0,
      at: event,
      monotonic: event,
      wall: event,
      path: "",
      name: kind === "request" ? "broadcast" : "deliver",
      args: kind === "request" ? [message] : [originOf.get(message)!, message],
    };
    property.on?.(state, own, report);
  });
  const prospect = { correct, at: history.length, healed: true };
  property.end?.(state, prospect, report);
  return !broken && (property.pending?.(state, prospect) ?? null) === null;
};

/** Which processes are correct: one at least. If all crash nothing is owed, and no order is ever missed. */
const correctSets: readonly (readonly number[])[] = Array.from({ length: 8 }, (_, bits) =>
  everybody.filter((node) => (bits >> node) % 2 === 1),
).filter(({ length }) => length > 0);

/** How many histories, each with the processes that are correct in it, have all of some properties and lack one. */
const counterexamples = (premises: readonly AnyProperty[], conclusion: AnyProperty): number => {
  let found = 0;
  // By symmetry the first message is of process 0, and the second of it or of another.
  for (const second of [0, 1]) {
    const originOf = new Map([
      ["m1", 0],
      ["m2", second],
    ]);
    for (const history of histories(originOf)) {
      if (holds(conclusion, originOf, history, everybody)) continue;
      for (const correct of correctSets)
        if (premises.every((premise) => holds(premise, originOf, history, correct))) found++;
    }
  }
  return found;
};

describe("B12: what FIFO and total order give together", { timeout: 120_000 }, () => {
  const validity = broadcastValidity("TOB1");
  const agreement = broadcastAgreement("TOB4");
  const uniformAgreement = uniformBroadcastAgreement("UTOB4");
  const fifo = fifoOrder("FRB5");
  const causal = causalOrder("CRB5");

  it("causal order implies FIFO order", () => {
    expect(counterexamples([causal], fifo)).toBe(0);
  });

  it("FIFO order does not imply causal order", () => {
    expect(counterexamples([validity, agreement, fifo], causal)).toBeGreaterThan(0);
  });

  it("FIFO-total order does not imply causal order where total order binds the correct", () => {
    expect(counterexamples([validity, agreement, fifo, totalOrder("TOB5")], causal)).toBeGreaterThan(0);
  });

  it("nor where it binds all, but only those that deliver both messages", () => {
    expect(counterexamples([validity, uniformAgreement, fifo, uniformTotalOrder("UTOB5")], causal)).toBeGreaterThan(0);
  });

  it("it does where uniform total order leaves no gap", () => {
    expect(counterexamples([validity, uniformAgreement, fifo, gapFreeTotalOrder("gap-free")], causal)).toBe(0);
  });

  for (const [name, of] of [
    ["FIFO over a sequencer", fifoTotalOrderScenario],
    ["Lamport clocks", lamportTotalOrderScenario],
  ] as const) {
    it(`our own leave none, and so are causal: ${name}`, () => {
      const { verdicts } = runCampaign(prepare(alsoAsks(of, causal, gapFreeTotalOrder("no gap"))), {
        runs: 1_000,
        cover: "outside",
      });
      const outcome = Object.fromEntries(verdicts.map(({ property, verdict }) => [property, verdict]));
      expect([outcome["CRB5"], outcome["no gap"], outcome["TOB5"]]).toEqual(["holds", "holds", "holds"]);
    });
  }
});
