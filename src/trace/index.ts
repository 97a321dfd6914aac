export * from "./counted-events.ts";
export { type DiagramOptions, drawDiagram, kindsDrawn } from "./diagram.ts";
export { eventText } from "./event-text.ts";
export * from "./export.ts";
export * from "./export-json.ts";
export * from "./export-mermaid.ts";
export * from "./export-perfetto.ts";
export * from "./export-shiviz.ts";
export * from "./export-svg.ts";
export type { Json } from "./plain-json.ts";
export {
  type Causality,
  type ChainLink,
  causalityOf,
  causalSlice,
  chainText,
  VECTOR_ENTRIES_MAX,
} from "./stamps.ts";
export { SVG_EVENTS_MAX, type SvgOptions } from "./svg-scene.ts";
export * from "./trace-error.ts";
export * from "./trace-file.ts";
export { traceKinds } from "./trace-record.ts";
export { type TraceView, viewOf } from "./trace-view.ts";
