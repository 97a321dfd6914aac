import { type Outcome, worst } from "../../check/index.ts";
import type { RunReport } from "./search-task.ts";

/** The worst outcome of a report. */
export const outcomeOf = ({ verdicts }: Pick<RunReport, "verdicts">): Outcome =>
  worst(verdicts.map(({ verdict }) => verdict));
