import type { Trace } from "../../model/index.ts";
import { drawDiagram } from "../../trace/index.ts";
import type { Drawing } from "./search-task.ts";

/** The events of a violation as a space-time diagram, those at fault pointed out. */
export const drawViolation = (
  trace: Trace,
  slice: ReadonlySet<number>,
  atFault: readonly number[],
  { width, colour, ascii }: Drawing,
): string => drawDiagram(trace, { width, colour, ascii, only: slice, marked: new Set(atFault) });
