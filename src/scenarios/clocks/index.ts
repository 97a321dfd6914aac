import type { AnyScenario } from "../../simulate/index.ts";
import { berkeleyScenario } from "./berkeley-scenario.ts";
import { commitWaitScenario } from "./commit-wait-scenario.ts";
import { happensBeforeScenario } from "./happens-before-scenario.ts";
import { hybridScenario } from "./hybrid-scenario.ts";
import { lamportScenario } from "./lamport-scenario.ts";
import { leapSecondScenario } from "./leap-second-scenario.ts";
import { leaseScenario } from "./lease-scenario.ts";
import { moonScenario } from "./moon-scenario.ts";
import { ntpDisciplineScenario } from "./ntp-discipline-scenario.ts";
import { ntpScenario, ntpSymmetricScenario } from "./ntp-scenario.ts";
import { stopwatchScenario } from "./stopwatch-scenario.ts";
import { tickingScenario } from "./ticking-scenario.ts";
import { vectorScenario } from "./vector-scenario.ts";

export { clocksMutants } from "./mutants.ts";

/** The lab's scenarios on clocks. */
export const clocksScenarios: readonly AnyScenario[] = [
  stopwatchScenario,
  leapSecondScenario,
  leaseScenario,
  ntpScenario,
  ntpSymmetricScenario,
  ntpDisciplineScenario,
  berkeleyScenario,
  happensBeforeScenario,
  lamportScenario,
  tickingScenario,
  vectorScenario,
  moonScenario,
  hybridScenario,
  commitWaitScenario,
];
