import { describe, expect, it } from "vitest";
import { among, type Bound, refusalOf } from "../../src/model/index.ts";
import { doubleEchoScenario } from "../../src/scenarios/byzantine/double-echo-scenario.ts";
import { scenarios } from "../../src/scenarios/index.ts";
import { type AnyScenario, prepare, runOnce, type Scenario, type Setup } from "../../src/simulate/index.ts";
import { drawing } from "../support/drawing.ts";
import { manualHost } from "../support/manual-host.ts";
import { malformed, notPlain } from "./malformed.ts";

/** What was sent in a few honest runs: the words that are then deformed. */
interface Word {
  readonly channel: string;
  readonly body: unknown;
}

const wordsMax = 400;

const wordsOf = (scenario: AnyScenario, model: Scenario["model"]): readonly Word[] => {
  const prepared = prepare(scenario, {}, model);
  const words = [1, 2, 3].flatMap((seed) => {
    const { trace } = runOnce(prepared, { kind: "seed", seed, edits: [] }, { trace: true, eventsMax: 2_000 });
    return (trace?.events ?? []).flatMap(({ kind, path, data }) =>
      kind === "send" && path !== undefined ? [{ channel: path, body: data }] : [],
    );
  });
  return words.slice(0, wordsMax);
};

/** A scenario whose traitors and whose network have nothing to say but nonsense. */
const talkingNonsense = (scenario: Scenario, words: readonly Word[], seed: number): AnyScenario => {
  const below = drawing(seed);
  const vocabulary = Array.from({ length: 60 }, () => {
    const { channel, body } = words[below(words.length)]!;
    return { channel, body: malformed(below, body) };
  }).filter(({ body }) => refusalOf(body, "word") === undefined);
  const setup: Scenario["setup"] = (...args): Setup => {
    const made = scenario.setup(...args);
    return {
      ...made,
      vocabulary,
      faults: { ...made.faults, behaviours: ["arbitrary"], traitorsSpeak: "at every step" },
    };
  };
  return { ...scenario, setup } as unknown as AnyScenario;
};

/** The scenarios in those of their claimed models in which somebody may lie. */
const lied = (scenarios as unknown as readonly Scenario[]).flatMap((scenario) =>
  [scenario.model, ...(scenario.alsoModels ?? [])]
    .filter(({ network, nodes }) => network === "arbitrary" || nodes === "byzantine")
    .map((model) => ({ scenario, model, words: wordsOf(scenario as unknown as AnyScenario, model) })),
);

describe("a voice from outside the group", () => {
  it("counts for nothing where the group alone makes the quorums", () => {
    const { setup } = prepare(doubleEchoScenario);
    const host = manualHost(among([0, 1, 2, 3], setup.processes[0]!.stack as Bound<never>), { nodes: [0, 1, 2, 3, 4] });
    host.machine.boot();
    const [channel] = host.channels.names;
    const say = (kind: string, from: number) => host.deliver(channel!, from, { kind, origin: 1, message: "attack" });
    for (const stranger of [2, 3, 4, 5]) say("ready", stranger);
    expect(host.answers).toEqual([]);
    say("ready", 1);
    expect(host.answers).toHaveLength(1);
  });
});

describe("malformed messages", () => {
  it("there are scenarios that claim to bear them", () => {
    expect(lied.length).toBeGreaterThanOrEqual(5);
    for (const { words } of lied) expect(words.length).toBeGreaterThan(0);
  });

  for (const { scenario, model, words } of lied) {
    describe(`${scenario.id}, ${model.network} × ${model.nodes}`, () => {
      it("make no handler throw, whatever is in them", () => {
        const { setup } = prepare(scenario as unknown as AnyScenario, {}, model);
        const below = drawing(1);
        const last = setup.processes.length - 1;
        for (let round = 0; round < 20; round++) {
          const wire = round % 4 > 0;
          const nodes = setup.processes.map((_, node) => node);
          const host = manualHost(setup.processes[1]!.stack, { self: 1, nodes });
          host.machine.boot();
          for (let count = 0; count < 200; count++) {
            const { channel, body } = words[below(words.length)]!;
            const nonsense = wire ? malformed(below, body) : malformed(below, body, notPlain());
            const from = below(20) === 0 ? last + 1 + below(3) : below(last + 1);
            host.deliver(channel, from, nonsense);
            if (below(50) === 0 && host.armed.length > 0) host.machine.fire(host.armed.shift()!);
          }
          if (wire) expect(refusalOf(host.machine.volatile(), "state")).toBeUndefined();
        }
      });

      it("break no property of those who are correct", () => {
        let struck = 0;
        for (let seed = 1; seed <= 160; seed++) {
          const nonsense = talkingNonsense(scenario, words, 1 + Math.floor(seed / 4));
          const prepared = prepare(nonsense, model.network === "arbitrary" ? { forgery: 0.5 } : {}, model);
          const run = runOnce(prepared, { kind: "seed", seed, edits: [] }, { eventsMax: 20_000 });
          expect(run.violations).toEqual([]);
          struck += (run.struck.get("traitor arbitrary") ?? 0) + (run.struck.get("forgery") ?? 0);
        }
        expect(struck).toBeGreaterThan(500);
      });
    });
  }
});
