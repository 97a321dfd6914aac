import { describe, expect, it } from "vitest";
import { prepare, runOnce } from "../../simulate/index.ts";
import { benOrScenario } from "./ben-or-scenario.ts";

/** The round in which the first process decided, for each of so many seeds. */
const roundsToDecide = (parameters: object, seeds: number): number[] => {
  const prepared = prepare(benOrScenario, parameters as never);
  return Array.from({ length: seeds }, (_, at) => {
    const { trace, violations } = runOnce(
      prepared,
      { kind: "seed", seed: at + 1, edits: [] },
      { trace: true, cover: "outside" },
    );
    expect(violations).toEqual([]);
    const notes = trace!.events.filter(({ kind, name }) => kind === "note" && name === "decides in round");
    return Math.min(...notes.map(({ data }) => (data as [number])[0]));
  });
};

const histogram = (rounds: readonly number[]): readonly number[] =>
  Array.from({ length: Math.max(...rounds) }, (_, at) => rounds.filter((round) => round === at + 1).length);

describe("row 67: how many rounds Ben-Or's algorithm takes", () => {
  it("one, whenever all propose the same", () => {
    expect(histogram(roundsToDecide({ unanimous: true }, 300))).toEqual([300]);
  });

  it("a number that falls off geometrically, otherwise", () => {
    const rounds = roundsToDecide({}, 1_000);
    const undecidedAfter = (round: number): number => rounds.filter((each) => each > round).length;
    expect(undecidedAfter(1)).toBeGreaterThan(0);
    // Three votes made of coins agree one time in four; a round in which they do is the last but one at most.
    for (let round = 1; undecidedAfter(round) >= 50; round++)
      expect(undecidedAfter(round + 1) / undecidedAfter(round)).toBeLessThan(0.75);
    expect(undecidedAfter(40)).toBe(0);
  });
});
