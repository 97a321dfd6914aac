import type { EventId, Trace } from "../../model/index.ts";
import { drawDiagram } from "../../trace/index.ts";
import type { Drawing } from "./search-task.ts";

/** Rows that a diagram shows where a run was only one of many: what does not fit on a page shows little. */
export const rowsShownOfMany = 60;
/** Rows that a diagram shows where someone asked for this run. */
export const rowsShownOfOne = 400;

/** The events of a violation as a space-time diagram, those at fault pointed out; of a long one its two ends. */
export const drawViolation = (
  trace: Trace,
  slice: ReadonlySet<EventId>,
  atFault: readonly EventId[],
  { width, colour, ascii }: Drawing,
  rowsMax: number,
): string =>
  drawDiagram(trace, {
    width,
    colour,
    ascii,
    only: slice,
    marked: new Set(atFault),
    rowsMax,
    rowsLast: Math.floor(rowsMax / 2),
  });
