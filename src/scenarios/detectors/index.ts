import type { IncreasingTimeoutRules } from "../../protocols/index.ts";
import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { eventuallyPerfectDetectorScenario } from "./eventually-perfect-detector-scenario.ts";
import { leaderDetectorScenario } from "./leader-detector-scenario.ts";
import { leaderElectionScenario } from "./leader-election-scenario.ts";
import { perfectDetectorScenario } from "./perfect-detector-scenario.ts";

/** The lab's scenarios on failure detectors and leader election. */
export const detectorsScenarios: readonly AnyScenario[] = [
  perfectDetectorScenario,
  eventuallyPerfectDetectorScenario,
  leaderElectionScenario,
  leaderDetectorScenario,
];

const neverRaised: Partial<IncreasingTimeoutRules> = { raised: (delayMs) => delayMs };

/** Known bugs of detectors that the scenarios must find. */
export const detectorsMutants: readonly Mutant[] = [
  {
    id: "rpc/F3",
    scenario: "detectors/eventually-perfect",
    change: "an eventual detector never raises its timeout",
    rules: neverRaised,
    violates: ["EPFD2"],
  },
  {
    id: "detectors/fixed-timeout",
    scenario: "detectors/eventually-perfect",
    change: "a fixed timeout under partial synchrony",
    rules: neverRaised,
    violates: ["EPFD2"],
  },
  {
    id: "detectors/fixed-timeout-under-leader",
    scenario: "detectors/eventual-leader",
    change: "a fixed timeout under partial synchrony, as a leader that stands on it shows it",
    rules: neverRaised,
    violates: ["ELD2"],
  },
];
