import type { AnyScenario } from "../../simulate/index.ts";
import { addRemoveScenario } from "./add-remove-scenario.ts";
import { atLeastOnceScenario } from "./at-least-once-scenario.ts";
import { atMostOnceScenario } from "./at-most-once-scenario.ts";
import { deadlinesScenario } from "./deadlines-scenario.ts";
import { exactlyOnceScenario } from "./exactly-once-scenario.ts";
import { idempotentRetryScenario } from "./idempotent-retry-scenario.ts";
import { marshallingScenario } from "./marshalling-scenario.ts";
import { noReplyScenario } from "./no-reply-scenario.ts";

export { rpcMutants } from "./mutants.ts";

/** The lab's scenarios on rpc. */
export const rpcScenarios: readonly AnyScenario[] = [
  marshallingScenario,
  noReplyScenario,
  atMostOnceScenario,
  deadlinesScenario,
  atLeastOnceScenario,
  exactlyOnceScenario,
  idempotentRetryScenario,
  addRemoveScenario,
];
