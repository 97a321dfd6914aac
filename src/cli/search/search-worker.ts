import { serveTasks, type TaskSite } from "../../node/worker-task.ts";
import { CliError, failureOf } from "../cli-error.ts";
import { exitFault, exitUsage } from "../exit-code.ts";
import { searchCell } from "./cell-search.ts";
import { searchPacked, searchStates } from "./explore-search.ts";
import { type Loaded, loadScenario } from "./load-scenario.ts";
import { searchMutant } from "./mutant-search.ts";
import { isReferenceId, type ReferenceModel, referenceOf } from "./reference-models.ts";
import { searchReplay } from "./replay-search.ts";
import { searchRuns } from "./run-search.ts";
import { describeScenario } from "./scenario-description.ts";
import type { ExploreTask, SearchAnswer, SearchTask } from "./search-task.ts";

/** What throws outside a handler (setup, workload, a property) is a fault of the file's author where there is a file. */
const inTheFile = (loaded: Loaded, thrown: unknown): unknown => {
  const failure = failureOf(thrown);
  if (loaded.file === undefined) return thrown;
  // Inside, the file goes by its hash; its author knows it by its path.
  if (failure.exitCode !== exitFault)
    return new CliError(failure.exitCode, failure.message.replaceAll(loaded.replayId, loaded.file));
  return new CliError(exitUsage, `the scenario in ${loaded.file} does not run: ${failure.message}`);
};

const referenceIn = ({ scenario, set }: ExploreTask): ReferenceModel | undefined =>
  scenario.kind === "id" && isReferenceId(scenario.id) ? referenceOf(scenario.id, set) : undefined;

const search = async (task: SearchTask, { pulse, note }: TaskSite): Promise<unknown> => {
  if (task.kind === "mutant") return searchMutant(task, pulse);
  const reference = task.kind === "explore" ? referenceIn(task) : undefined;
  if (task.kind === "explore" && reference?.kind === "packed") return searchPacked(reference, task, pulse);
  const loaded =
    reference?.kind === "scenario"
      ? { scenario: reference.scenario, replayId: reference.scenario.id }
      : await loadScenario(task.scenario);
  try {
    // Published counts are of every state.
    if (task.kind === "explore")
      return searchStates(loaded, reference === undefined ? task : { ...task, reduction: false }, pulse, note);
    if (task.kind === "run") return searchRuns(loaded, task, pulse, note);
    if (task.kind === "replay") return searchReplay(loaded, task, pulse, note);
    if (task.kind === "describe") return describeScenario(loaded, task.set);
    return searchCell(loaded, task, pulse);
  } catch (thrown) {
    throw inTheFile(loaded, thrown);
  }
};

serveTasks(async (input, site): Promise<SearchAnswer> => {
  try {
    return { kind: "report", report: await search(input as SearchTask, site) };
  } catch (thrown) {
    return { kind: "failure", failure: failureOf(thrown) };
  }
});
