export * from "./check-recorded.ts";
export { guessModel } from "./guess-model.ts";
export { type HistoryFormat, historyFormats } from "./history-event.ts";
export * from "./history-format-error.ts";
export { type HistoryModel, historyModels, type RecordedCall, type Translated } from "./history-models.ts";
export { type RecordedHistory, type RecordedOperation, readHistory } from "./recorded-history.ts";
export type { SourceText } from "./source-text.ts";
