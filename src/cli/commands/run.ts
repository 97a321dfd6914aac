import type { SystemModel } from "../../model/index.ts";
import { codeVersion } from "../code-version.ts";
import { exitCodeOf, exitInterrupted } from "../exit-code.ts";
import type { Settings } from "../option-values.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { reportJson, reportText } from "../report.ts";
import { scenarioArgument, stepSecondsFor } from "../scenario-argument.ts";
import { outcomeOf } from "../search/outcome.ts";
import { search } from "../search/search.ts";
import type { RunReport, RunTask, ScenarioReference } from "../search/search-task.ts";
import { complain, drawingOf, print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate run`. */
export interface RunFlags {
  readonly network?: string;
  readonly nodes?: string;
  readonly timing?: string;
  readonly seed: number;
  readonly runs?: number;
  readonly seconds?: number;
  readonly stepSeconds?: number;
  readonly set?: Settings;
  readonly exhaustive?: boolean;
  readonly trace?: string;
  readonly json?: boolean;
}

const runsDefault = 1_000;
const secondsDefault = 10;
const secondsExhaustiveDefault = 60;

/** 1,000 runs or 10 s when nothing is said; whoever names one bound means that one. */
const boundsOf = ({ runs, seconds, exhaustive }: RunFlags): Pick<RunTask, "runs" | "seconds"> => {
  if (runs !== undefined || seconds !== undefined) return { runs, seconds };
  return exhaustive === true ? { seconds: secondsExhaustiveDefault } : { runs: runsDefault, seconds: secondsDefault };
};

const changeOf = ({ network, nodes, timing }: RunFlags): Partial<SystemModel> =>
  // Not checked here: whoever prepares the scenario names what is possible.
  ({
    ...(network === undefined ? {} : { network }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(timing === undefined ? {} : { timing }),
  }) as Partial<SystemModel>;

const taskOf = (scenario: ScenarioReference, flags: RunFlags): RunTask => ({
  kind: "run",
  scenario,
  code: codeVersion(),
  change: changeOf(flags),
  set: flags.set ?? {},
  seed: flags.seed,
  ...boundsOf(flags),
  exhaustive: flags.exhaustive ?? false,
  drawing: drawingOf(),
  trace: flags.trace !== undefined,
});

/** What is left to do with a report: print it, write the trace, tell the exit code. */
export const finishReport = (
  report: RunReport,
  interrupted: boolean,
  { json, trace }: { readonly json?: boolean | undefined; readonly trace?: string | undefined },
  file?: string,
): number => {
  if (json === true) printJson(reportJson(report));
  else print(reportText(report, terminalOf(), file));
  if (trace !== undefined && report.trace !== undefined) writeOutputFile(trace, report.trace);
  if (interrupted) complain("quorate: interrupted: these are the runs until then.");
  return interrupted ? exitInterrupted : exitCodeOf(outcomeOf(report));
};

/** `quorate run`. */
export const run = async (text: string, flags: RunFlags): Promise<number> => {
  checkOutputFile(flags.trace);
  const scenario = scenarioArgument(text);
  const { report, interrupted } = await search(taskOf(scenario, flags), stepSecondsFor(scenario, flags.stepSeconds));
  return finishReport(report, interrupted, flags, scenario.kind === "file" ? text : undefined);
};
