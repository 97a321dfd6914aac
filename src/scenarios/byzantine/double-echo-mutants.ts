import type { DoubleEchoRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** Every quorum is 2f. */
export const quorumsTooSmall: Partial<DoubleEchoRules> = {
  isReady: (echoes, readies, _n, f) => echoes >= 2 * f || readies > f,
  delivers: (_echoes, readies, _n, f) => readies >= 2 * f,
};

/** Echoes are enough to deliver. */
export const echoesOnly: Partial<DoubleEchoRules> = { delivers: (echoes, _readies, n, f) => 2 * echoes > n + f };

const mutant = (
  id: string,
  change: string,
  rules: Partial<DoubleEchoRules>,
  ...violates: readonly string[]
): Mutant => ({
  id: `bft/${id}`,
  scenario: "byzantine/reliable-broadcast",
  change,
  rules,
  violates,
});

/** Known bugs of Byzantine reliable broadcast. */
export const doubleEchoMutants: readonly Mutant[] = [
  mutant(
    "B3",
    "Quorums count messages, not senders; seen in BFT-SMaRt.",
    { counts: () => true },
    "BRB4",
    "BRB5",
    "BRB3",
  ),
  mutant("quorum-2f", "Quorums are one too small: 2f.", quorumsTooSmall, "BRB4"),
  mutant("echo-only", "Delivers on echoes, without the second round.", echoesOnly, "BRB5"),
];
