import { WorkerLostError } from "../../node/worker-pool.ts";
import type { Settings } from "../option-values.ts";
import { stepSecondsFor } from "../scenario-argument.ts";
import { scenarioOf } from "./load-scenario.ts";
import { lossError } from "./lost-report.ts";
import { describeScenario, type ScenarioDescription } from "./scenario-description.ts";
import { reportOf, searchPool } from "./search.ts";
import type { DescribeTask, ScenarioReference } from "./search-task.ts";

/** Describes a scenario of the lab at once, and one of a user's file by asking a worker: foreign code stays there. */
export const describeReference = async (
  reference: ScenarioReference,
  set: Settings,
  stepSeconds?: number,
): Promise<ScenarioDescription> => {
  if (reference.kind === "id") {
    const scenario = scenarioOf(reference.id);
    return describeScenario({ scenario, replayId: scenario.id }, set);
  }
  const seconds = stepSecondsFor(reference, stepSeconds);
  const pool = searchPool(1);
  const task: DescribeTask = { kind: "describe", scenario: reference, set };
  try {
    return reportOf<ScenarioDescription>(await pool.run(task, { silenceMsMax: seconds * 1_000 }));
  } catch (thrown) {
    throw thrown instanceof WorkerLostError ? lossError(thrown, reference, seconds) : thrown;
  } finally {
    await pool.close();
  }
};
