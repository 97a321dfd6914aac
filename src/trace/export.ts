import { describe, type Trace } from "../model/index.ts";
import { exportJson } from "./export-json.ts";
import { exportMermaid } from "./export-mermaid.ts";
import { exportPerfetto } from "./export-perfetto.ts";
import { exportShiviz } from "./export-shiviz.ts";
import { exportSvg } from "./export-svg.ts";
import { TraceError } from "./trace-error.ts";

/** What a trace can be exported to. */
export type ExportFormat = "json" | "shiviz" | "mermaid" | "perfetto" | "svg";

/** Every format, in the order in which help lists them. */
export const exportFormats: readonly ExportFormat[] = ["json", "shiviz", "mermaid", "perfetto", "svg"];

/** Events in one export: its text must fit into one string. */
export const EXPORT_EVENTS_MAX: number = 1_000_000;

const exporters: { readonly [Format in ExportFormat]: (trace: Trace) => string } = {
  json: exportJson,
  shiviz: exportShiviz,
  mermaid: exportMermaid,
  perfetto: exportPerfetto,
  // Without its options: a whole trace, nothing marked.
  svg: (trace) => exportSvg(trace),
};

/**
 * A trace as a text for another program.
 *
 * @throws TraceError for an unknown format, for more than `EXPORT_EVENTS_MAX` events, and for data that is not plain.
 */
export const exportTrace = (trace: Trace, format: ExportFormat): string => {
  const exporter = Object.hasOwn(exporters, format) ? exporters[format] : undefined;
  if (exporter === undefined) {
    throw new TraceError(`expected one of ${exportFormats.join(", ")} as a format, found ${describe(format, 40)}`);
  }
  if (trace.events.length > EXPORT_EVENTS_MAX) {
    throw new TraceError(
      `${trace.events.length} events are more than the ${EXPORT_EVENTS_MAX} of an export; cut the trace`,
    );
  }
  return exporter(trace);
};
