import type { Trace } from "../model/index.ts";
import { toEventRecord, toHeaderRecord } from "./trace-record.ts";

/**
 * A trace as one JSON document `{"header": …, "events": […]}`, one event a line, for programs that read no JSON lines.
 * What JSON lacks is tagged as in a trace file.
 *
 * @throws TraceError when data in it is not plain.
 */
export const exportJson = ({ header, events }: Trace): string => {
  const lines = events.map((event) => JSON.stringify(toEventRecord(event)));
  return `{"header":${JSON.stringify(toHeaderRecord(header))},"events":[\n${lines.join(",\n")}\n]}\n`;
};
