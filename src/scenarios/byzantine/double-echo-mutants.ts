import type { DoubleEchoRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

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
  mutant(
    "quorum-2f",
    "Quorums are one too small: 2f.",
    { echoQuorum: (_n, f) => 2 * f, readyQuorum: (_n, f) => 2 * f },
    "BRB4",
  ),
  mutant("echo-only", "Delivers on echoes, without the second round.", { deliversOnEchoes: true }, "BRB5"),
];
