import {
  checkRecorded,
  guessModel,
  type HistoryFormat,
  HistoryFormatError,
  historyModels,
  type ObjectConsistency,
  type RecordedHistory,
  readHistory,
} from "../../check/index.ts";
import { type CheckReport, checkJson, checkText } from "../check/check-report.ts";
import { readHistoryText } from "../check/read-history-text.ts";
import { usage } from "../cli-error.ts";
import { exitCodeOf } from "../exit-code.ts";
import { checkOutputFile } from "../output-file.ts";
import { print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate check`. */
export interface CheckFlags {
  readonly format?: HistoryFormat;
  readonly model?: string;
  readonly consistency?: string;
  readonly initial?: unknown;
  readonly seconds: number;
  readonly memoryMb: number;
  readonly json?: boolean;
  readonly html?: string;
}

const bytesAMegabyte = 1024 * 1024;

const reportOf = (path: string, history: RecordedHistory, flags: CheckFlags): CheckReport => {
  const model = flags.model ?? guessModel(history);
  const consistency = (flags.consistency ?? "linearizable") as ObjectConsistency;
  const started = performance.now();
  const object = historyModels.find(({ name }) => name === model);
  if (object === undefined) throw usage(`there is no model ${model}.`);
  const verdict = checkRecorded(history, object, {
    consistency,
    ...(flags.initial === undefined ? {} : { initial: flags.initial }),
    stepsMax: Number.MAX_SAFE_INTEGER,
    bytesMax: flags.memoryMb * bytesAMegabyte,
    expired: () => performance.now() - started > flags.seconds * 1_000,
  });
  return { path, history, model, consistency, verdict, seconds: (performance.now() - started) / 1_000 };
};

/** `quorate check`. */
export const check = (path: string, flags: CheckFlags): number => {
  checkOutputFile(flags.html);
  const text = readHistoryText(path);
  try {
    const report = reportOf(path, readHistory(text, flags.format), flags);
    if (flags.json === true) printJson(checkJson(report));
    else print(checkText(report, terminalOf()));
    return exitCodeOf(report.verdict.verdict);
  } catch (thrown) {
    if (thrown instanceof HistoryFormatError) throw usage(`${path === "-" ? "stdin" : path}, ${thrown.message}`);
    throw thrown;
  }
};
