import { describe, expect, it } from "vitest";
import type { AnyScenario } from "../../simulate/index.ts";
import { prepare, runCampaign } from "../../simulate/index.ts";
import { oralMessagesScenario } from "./oral-messages-scenario.ts";
import { signedMessagesScenario } from "./signed-messages-scenario.ts";

/** Every message takes exactly the longest time: what traitors say is all that is left to choose. */
const exactDelays = { delayMsMin: 10, delayMsMax: 10 };

const exhaustively = (scenario: AnyScenario, parameters: object) =>
  runCampaign(prepare(scenario, parameters as never), { exhaustive: true, cover: "outside", shrinkRunsMax: 100 });

const verdictsOf = ({ verdicts }: ReturnType<typeof runCampaign>) =>
  Object.fromEntries(verdicts.map(({ property, verdict, strength }) => [property, `${verdict} by ${strength.by}`]));

describe("row 69: oral messages, one traitor, everything that it may say to anybody in each round", () => {
  it("four generals: no counterexample", () => {
    const result = exhaustively(oralMessagesScenario, exactDelays);
    expect(verdictsOf(result)).toEqual({
      IC0: "holds by exhaustive",
      IC1: "holds by exhaustive",
      IC2: "holds by exhaustive",
    });
    // Two orders; the traitor commands (ten things to say to each of three) or is one of three lieutenants (to two).
    expect(result.runs).toBe(2 * (10 ** 3 + 3 * 10 ** 2));
  });

  it("three generals: IC2 fails, IC1 does not", () => {
    const result = exhaustively(oralMessagesScenario, { n: 3, ...exactDelays });
    expect(verdictsOf(result)).toEqual({
      IC0: "holds by exhaustive",
      IC1: "holds by exhaustive",
      IC2: "violated by counterexample",
    });
    expect(result.complete).toBe(true);
  });
});

describe("row 70: n = 3f fails, n = 3f + 1 holds", () => {
  for (const { f, n, expected } of [
    { f: 1, n: 3, expected: "violated" },
    { f: 1, n: 4, expected: "holds" },
    { f: 2, n: 6, expected: "violated" },
    { f: 2, n: 7, expected: "holds" },
  ])
    it(`oral messages with n = ${n}, f = ${f}`, () => {
      const { verdicts } = runCampaign(prepare(oralMessagesScenario, { n, f }), {
        runs: 300,
        cover: "outside",
        shrinkRunsMax: 50,
        ...(expected === "violated" ? { first: "IC2" } : {}),
      });
      expect(verdicts.find(({ property }) => property === "IC2")?.verdict).toBe(expected);
    });
});

describe("row 71: signed messages", () => {
  it("three generals bear one traitor: everything that it may say in its turns", () => {
    expect(verdictsOf(exhaustively(signedMessagesScenario, { ...exactDelays, outOfTurn: false }))).toEqual({
      IC0: "holds by exhaustive",
      IC1: "holds by exhaustive",
      IC2: "holds by exhaustive",
    });
  });

  it("four generals bear two traitors", () => {
    const { verdicts } = runCampaign(prepare(signedMessagesScenario, { n: 4, f: 2 }), { runs: 300, cover: "outside" });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["holds", "holds", "holds"]);
  });
});
