import { checkTrace, type TraceVerdict, tracePropertiesOf, tracePropertyNames, worst } from "../../check/index.ts";
import { readTrace } from "../../trace/index.ts";
import { usage } from "../cli-error.ts";
import { markOf } from "../report.ts";
import { counted, type Terminal, wrapText } from "../terminal.ts";

/** Whether a text is a trace file of ours. */
export const isTraceText = (text: string): boolean => /^\{"format":"quorate-trace"/.test(text);

/** The names that are looked at when none is given: whatever the run put to the test counts. */
const namesDefault: readonly string[] = ["order", "accuracy"];

/** Holds a recorded run to properties. Those that it never put to the test say nothing, unless they were asked for. */
export const checkTraceText = (
  text: string,
  name: string | undefined,
  reading: { readonly port?: string },
): readonly TraceVerdict[] => {
  if (name !== undefined && !tracePropertyNames.includes(name)) {
    throw usage(`a recorded run cannot be held to ${name}: --consistency takes ${tracePropertyNames.join(", ")} here.`);
  }
  const verdicts = checkTrace(readTrace(text), tracePropertiesOf(name === undefined ? namesDefault : [name]), reading);
  const exercised = verdicts.filter((verdict) => verdict.exercised > 0);
  return name === undefined && exercised.length > 0 ? exercised : verdicts;
};

/** The verdict on all of them. */
export const traceOutcome = (verdicts: readonly TraceVerdict[]): ReturnType<typeof worst> =>
  worst(verdicts.map(({ verdict }) => verdict));

/** The verdicts, for people. */
export const traceText = (path: string, verdicts: readonly TraceVerdict[], terminal: Terminal): string => {
  const { paint, width } = terminal;
  const lines = verdicts.map(({ property, verdict, exercised, clause, reason, events = [] }) => {
    const why = clause ?? reason;
    const where = events.length === 0 ? "" : ` (events ${events.slice(0, 8).join(", ")})`;
    const head = `  ${markOf(verdict, terminal)} ${paint(property.padEnd(8), "bold")} ${verdict.padEnd(8)} ${paint(`exercised ${counted(exercised, "time")}`, "dim")}`;
    return why === undefined ? head : `${head}\n${wrapText(`${why}${where}`, width, "      ")}`;
  });
  return `${paint(path === "-" ? "stdin" : path, "bold")}\n${paint("quorate-trace", "dim")}\n\n${lines.join("\n")}\n`;
};
