import { describe, expect, it } from "vitest";
import { seeded } from "../../model/index.ts";
import {
  type AnyFiniteProtocol,
  alternatingMessengers,
  breakingPlays,
  countInWindow,
  disagreement,
  everyPlay,
  type FiniteProtocol,
  failureOf,
  labelledMessengers,
  lastMessengerChain,
  oneMessengerEach,
  repeatUntilTimeout,
  resultOf,
} from "../../protocols/index.ts";
import { prepare, runCampaign, runOnce } from "../../simulate/index.ts";
import { generalsProtocols, twoGeneralsOf, twoGeneralsScenario } from "./two-generals-scenario.ts";

const honest: readonly AnyFiniteProtocol[] = [
  ...[1, 2, 3, 4, 5, 8, 12].map(alternatingMessengers),
  oneMessengerEach,
  ...[1, 3, 6].map(labelledMessengers),
  ...[2, 3, 5].map(repeatUntilTimeout),
  countInWindow(4, 3, 3),
];

/** A protocol drawn at random: its decisions are tables over what was heard. It may be silly; the tool must not mind. */
const arbitrary = (seed: number): FiniteProtocol<string, string> => {
  const draws = seeded(seed);
  const bit = (what: string, state: string): boolean =>
    draws.chance(
      what,
      [...state].reduce((sum, unit) => (sum * 31 + unit.charCodeAt(0)) | 0, 7),
      0,
      0.6,
    );
  return {
    name: `drawn from seed ${seed}`,
    rounds: 4,
    init: (general) => `${general}`,
    send: (state, round) => (bit("send", `${state}@${round}`) ? state : null),
    receive: (state, _round, message) => `${state}${message === null ? "-" : `(${message})`}`,
    attacks: (state) => bit("attack", state),
  };
};

describe("B1: the two generals", () => {
  it("has exactly the four outcomes of the table", () => {
    const plays = everyPlay(oneMessengerEach).map((play) => [play.caught.map(({ from }) => from), resultOf(play)]);
    expect(plays).toEqual([
      [[], "the city is captured"],
      [[1], "army 2 is defeated"],
      [[0], "army 1 is defeated"],
      [[0, 1], "nothing happens"],
    ]);
    const all = honest.flatMap((protocol) => everyPlay(protocol).map(resultOf));
    expect(new Set(all).size).toBe(4);
  });
});

describe("row 17: no finite protocol", () => {
  it.each(honest.map((protocol) => [protocol.name, protocol] as const))(
    "finds the messenger whose loss breaks %s",
    (_name, protocol) => {
      const failure = failureOf(protocol);
      expect(failure.kind).toBe("breaks");
      if (failure.kind !== "breaks") return;
      const { before, after, messenger } = failure;
      expect(before.attack).toEqual([true, true]);
      expect(after.attack[0]).not.toBe(after.attack[1]);
      // One messenger makes the difference, the last who arrived, and his sender acts the same.
      expect(after.arrived).toEqual(before.arrived.slice(0, -1));
      expect(before.arrived.at(-1)).toEqual(messenger);
      expect(after.attack[messenger.from]).toBe(before.attack[messenger.from]);
    },
  );

  it.each(honest.map((protocol) => [protocol.name, protocol] as const))(
    "an enumeration of every loss agrees for %s",
    (_name, protocol) => {
      const breaking = breakingPlays(protocol);
      expect(breaking.length).toBeGreaterThan(0);
      const failure = failureOf(protocol);
      if (failure.kind !== "breaks") return;
      expect(breaking).toContainEqual(failure.after);
    },
  );

  it("finds how each of 2,000 arbitrary protocols fails", () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 2_000; seed++) {
      const protocol = arbitrary(seed);
      const { kind } = failureOf(protocol);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      // Whoever attacks together without losses, and stays at home when nothing is heard, breaks in some play.
      if (kind === "breaks") expect(breakingPlays(protocol).length).toBeGreaterThan(0);
      if (kind === "attacks unasked") expect(lastMessengerChain(protocol).at(-1)!.attack).toEqual([true, true]);
    }
    expect([...kinds.keys()].sort()).toEqual([
      "attacks unasked",
      "breaks",
      "disagrees without a loss",
      "never attacks",
    ]);
  });

  it("refuses a protocol whose general decides by something that is not his view", () => {
    let decisions = 0;
    const cheating: FiniteProtocol<number, number> = {
      name: "attacks twice and never again",
      rounds: 3,
      init: (general) => general,
      send: () => 1,
      receive: (state) => state,
      attacks: () => ++decisions <= 2,
    };
    expect(() => failureOf(cheating)).toThrow("cannot know whether he arrived");
  });

  it("goes back to nobody step by step: each neighbour is without the last messenger who arrived", () => {
    const chain = lastMessengerChain(alternatingMessengers(5));
    expect(chain.map(({ arrived }) => arrived.length)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(chain.at(-1)!.attack).toEqual([false, false]);
    expect(chain.map(resultOf)).toEqual([
      "the city is captured",
      "army 1 is defeated",
      ...Array.from({ length: 4 }, () => "nothing happens"),
    ]);
  });

  it("labels help against chance and never enough: the curve falls with each messenger and does not reach zero", () => {
    const curve = [1, 2, 3, 4, 5, 6].map((messengers) => disagreement(labelledMessengers(messengers), 0.1));
    curve.forEach((probability, at) => {
      expect(probability).toBeCloseTo(1 / [10, 100, 1_000, 10_000, 100_000, 1_000_000][at]!, 12);
    });
  });
});

describe("generals/two runs what the tool says", () => {
  it("in the simulator the same messengers caught give the same decisions", () => {
    const protocol = alternatingMessengers(4);
    const prepared = prepare(twoGeneralsOf("two-generals/own", protocol), { loss: 0.3 }, { network: "fair-loss" });
    const results = new Set<string>();
    for (let seed = 1; seed <= 200; seed++) {
      const { trace } = runOnce(prepared, { kind: "seed", seed, edits: [] }, { trace: true, stopAtViolation: false });
      const decisions = trace!.events.filter(({ kind }) => kind === "answer");
      const caught = trace!.events
        .filter(({ kind }) => kind === "drop")
        .map(({ data }) => (data as { readonly round: number }).round);
      const isCaught = ({ round }: { readonly round: number }): boolean => caught.includes(round);
      const expected = everyPlay(protocol).find(
        (play) => play.caught.every(isCaught) && play.arrived.every((messenger) => !isCaught(messenger)),
      )!;
      expect(decisions.map(({ node, name }) => [node, name === "attack"]).sort()).toEqual(
        expected.attack.map((attacks, node) => [node, attacks]),
      );
      results.add(resultOf(expected));
    }
    expect(results.size).toBeGreaterThanOrEqual(2);
  });

  it.each(generalsProtocols)("every loss of every messenger, exhaustively: %s", (protocol) => {
    const set = { protocol, messengers: 4 };
    const prepared = prepare(twoGeneralsScenario, set, { network: "fair-loss" });
    const { verdicts } = runCampaign(prepared, { exhaustive: true, lossesMax: 8, first: "TG1" });
    expect(verdicts.map(({ property, verdict }) => [property, verdict])).toContainEqual(["TG1", "violated"]);
    const reliable = runCampaign(prepare(twoGeneralsScenario, set), { exhaustive: true });
    expect(reliable.verdicts.map(({ verdict, strength }) => [verdict, strength.by])).toEqual([
      ["holds", "exhaustive"],
      ["holds", "exhaustive"],
      ["holds", "exhaustive"],
    ]);
  });
});
