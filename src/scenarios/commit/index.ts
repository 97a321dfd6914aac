import type { Phase } from "../../protocols/index.ts";
import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { totalOrderCommitScenario } from "./total-order-commit-scenario.ts";
import { cooperativeTerminationScenario, twoPhaseCommitScenario } from "./two-phase-commit-scenario.ts";

/** The lab's scenarios on commit. */
export const commitScenarios: readonly AnyScenario[] = [
  twoPhaseCommitScenario,
  cooperativeTerminationScenario,
  totalOrderCommitScenario,
];

/** Known bugs of commit that the scenarios must find. */
export const commitMutants: readonly Mutant[] = [
  {
    id: "commit/T1",
    scenario: "commit/two-phase",
    change: "A participant's yes leaves before it is durable.",
    rules: { votesEarly: () => true },
    violates: ["AC1"],
  },
  {
    id: "commit/T2",
    scenario: "commit/two-phase",
    change: "The decision to commit leaves before it is durable (seen in horizontal-scaling-convex, 101).",
    rules: { tellsEarly: () => true },
    violates: ["AC1"],
  },
  {
    id: "commit/T4",
    scenario: "commit/two-phase",
    change: "A participant that promised aborts by itself when it has waited too long.",
    rules: { mayAbortAlone: (phase: Phase, at: string) => phase === "init" || at === "timeout" },
    violates: ["AC1"],
  },
  {
    id: "commit/T5",
    scenario: "commit/two-phase",
    change:
      "A coordinator that gives up says abort without deciding it, and counts on (horizontal-scaling-convex, 158).",
    rules: { endsVote: () => false },
    violates: ["AC1"],
  },
  {
    id: "commit/vote-not-logged",
    scenario: "commit/two-phase",
    change: "A participant keeps its vote in memory only.",
    rules: { logsVote: () => false },
    violates: ["AC1"],
  },
  {
    id: "commit/unilateral-abort",
    scenario: "commit/cooperative-termination",
    change: "A participant that promised aborts when another asks it for the outcome.",
    rules: { mayAbortAlone: (phase: Phase, at: string) => phase === "init" || at === "question" },
    violates: ["AC1"],
  },
  {
    id: "commit/nothing-presumed",
    scenario: "commit/two-phase",
    change: "A coordinator that does not know a transaction gives no answer: who missed the abort stays in doubt.",
    rules: { presumes: () => null },
    violates: ["AC4"],
  },
  {
    id: "commit/abort-at-suspicion",
    scenario: "commit/total-order",
    change: "Who suspects a participant aborts at once instead of voting on its behalf.",
    rules: { abortsAtOnce: () => true },
    violates: ["NBAC5"],
  },
];
