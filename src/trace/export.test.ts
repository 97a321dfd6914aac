import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import { EXPORT_EVENTS_MAX, type ExportFormat, exportFormats, exportTrace } from "./export.ts";
import { exportJson } from "./export-json.ts";
import { exportMermaid } from "./export-mermaid.ts";
import { exportPerfetto } from "./export-perfetto.ts";
import { exportShiviz } from "./export-shiviz.ts";
import { exportSvg } from "./export-svg.ts";
import { TraceError } from "./trace-error.ts";

const build = new TraceBuilder(["a", "b"]);
build.deliver(build.send(0, 1, "m"));

describe("an export", () => {
  it("is that of its format", () => {
    const trace = build.trace();
    const exporters = [exportJson, exportShiviz, exportMermaid, exportPerfetto, exportSvg];
    expect(exportFormats.map((format) => exportTrace(trace, format))).toEqual(exporters.map((by) => by(trace)));
  });

  it.each(["pdf", "toString", ""])("to %j is refused with the formats that there are", (format) => {
    expect(() => exportTrace(build.trace(), format as ExportFormat)).toThrow(TraceError);
    expect(() => exportTrace(build.trace(), format as ExportFormat)).toThrow(
      `expected one of json, shiviz, mermaid, perfetto, svg as a format, found "${format}"`,
    );
  });

  it("has a limit", () => {
    const { header } = build.trace();
    const events = Array.from({ length: EXPORT_EVENTS_MAX + 1 }, () => build.events[0]!);
    expect(() => exportTrace({ header, events }, "json")).toThrow(
      /1000001 events are more than the 1000000 of an export/,
    );
  });
});
