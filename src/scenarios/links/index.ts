import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import { acknowledgedLinkScenario } from "./acknowledged-link-scenario.ts";
import { authenticatedLinkScenario } from "./authenticated-link-scenario.ts";
import { bandwidthScenario } from "./bandwidth-scenario.ts";
import { bridgeScenario } from "./bridge-scenario.ts";
import { durableFifoLinkScenario, fifoLinkScenario } from "./fifo-link-scenario.ts";
import { loggedLinkScenario } from "./logged-link-scenario.ts";
import { fairLossLinkScenario, stubbornLinkScenario } from "./lossy-link-scenarios.ts";
import { perfectLinkScenario } from "./perfect-link-scenario.ts";
import { sessionScenario } from "./session-scenario.ts";
import { eventuallySynchronousScenario, synchronousScenario, unknownBoundScenario } from "./timing-scenarios.ts";

/** The lab's scenarios on links. */
export const linksScenarios: readonly AnyScenario[] = [
  bandwidthScenario,
  fairLossLinkScenario,
  stubbornLinkScenario,
  perfectLinkScenario,
  acknowledgedLinkScenario,
  fifoLinkScenario,
  durableFifoLinkScenario,
  loggedLinkScenario,
  authenticatedLinkScenario,
  sessionScenario,
  bridgeScenario,
  synchronousScenario,
  eventuallySynchronousScenario,
  unknownBoundScenario,
];

/** Known bugs of links that the scenarios must find. */
export const linksMutants: readonly Mutant[] = [
  {
    id: "links/no-deduplication",
    scenario: "links/perfect",
    change: "Every copy of a message is delivered, not only the first.",
    rules: { isNew: () => true },
    violates: ["PL2"],
  },
  {
    id: "links/give-up",
    scenario: "links/acknowledged",
    change: "A message is abandoned after three attempts.",
    rules: { givesUp: (attempts: number) => attempts >= 3 },
    violates: ["PL1"],
  },
  {
    id: "links/fifo-over-gaps",
    scenario: "links/fifo",
    change: "A message is delivered when it comes, with earlier ones still missing.",
    rules: { isNext: () => true },
    violates: ["FPL4"],
  },
  {
    id: "links/proof-not-checked",
    scenario: "links/authenticated",
    change: "The proof of the sender is not checked.",
    rules: { isMadeBy: () => true },
    violates: ["AL3"],
  },
  {
    id: "links/session-end-ignored",
    scenario: "links/session",
    change: "A layer above sessions does not say again what the last session may have lost.",
    rules: { resumes: (sessionsBefore: number) => sessionsBefore === 0 },
    violates: ["PL1", "FPL4"],
  },
];
