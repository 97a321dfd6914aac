import { basename } from "node:path";
import { HistoryError, type HistoryFormat, HistoryFormatError, historyPage, readHistory } from "../../check/index.ts";
import { TraceError } from "../../trace/index.ts";
import { type CheckReport, checkJson, checkText } from "../check/check-report.ts";
import { checkTraceText, isTraceText, traceOutcome, traceText } from "../check/check-trace-file.ts";
import { type Claim, claimOf, holdHistory, tellHistory } from "../check/hold-history.ts";
import { readHistoryText } from "../check/read-history-text.ts";
import { usage } from "../cli-error.ts";
import { exitCodeOf } from "../exit-code.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { print, printJson, terminalOf } from "../terminal.ts";

/** Options of `quorate check`. */
export interface CheckFlags {
  readonly format?: HistoryFormat;
  readonly model?: string;
  readonly consistency?: string;
  readonly initial?: unknown;
  readonly port?: string;
  readonly seconds: number;
  readonly memoryMb: number;
  readonly json?: boolean;
  readonly html?: string;
}

const bytesAMegabyte = 1024 * 1024;

const historyReport = async (path: string, text: string, flags: CheckFlags): Promise<CheckReport & Claim> => {
  const started = performance.now();
  const history = readHistory(text, flags.format);
  const claim = await claimOf(history, flags.model, flags.consistency);
  const budget = {
    seconds: flags.seconds,
    bytesMax: flags.memoryMb * bytesAMegabyte,
    initial: flags.initial,
  };
  const verdict = holdHistory(history, claim, budget);
  return { path, history, ...claim, verdict, seconds: (performance.now() - started) / 1_000 };
};

const checkHistory = async (path: string, text: string, flags: CheckFlags): Promise<number> => {
  const report = await historyReport(path, text, flags);
  if (flags.json === true) printJson(checkJson(report));
  else print(checkText(report, terminalOf()));
  if (flags.html !== undefined) {
    const { history, model, consistency, verdict } = report;
    const operations = tellHistory(history, report);
    const title = path === "-" ? "stdin" : basename(path);
    writeOutputFile(
      flags.html,
      historyPage({ title, format: history.format, model, consistency, operations, verdict }),
    );
  }
  return exitCodeOf(report.verdict.verdict);
};

const checkRun = (path: string, text: string, { consistency, port, json, html }: CheckFlags): number => {
  if (html !== undefined) throw usage("a trace file is drawn by `quorate export`: --html is for recorded histories.");
  const verdicts = checkTraceText(text, consistency, port === undefined ? {} : { port });
  const verdict = traceOutcome(verdicts);
  if (json === true) printJson({ verdict, verdicts });
  else print(traceText(path, verdicts, terminalOf()));
  return exitCodeOf(verdict);
};

/** `quorate check`. */
export const check = async (path: string, flags: CheckFlags): Promise<number> => {
  checkOutputFile(flags.html);
  const text = readHistoryText(path);
  try {
    if (flags.format === undefined && isTraceText(text)) return checkRun(path, text, flags);
    return await checkHistory(path, text, flags);
  } catch (thrown) {
    if (thrown instanceof HistoryFormatError || thrown instanceof HistoryError || thrown instanceof TraceError) {
      throw usage(`${path === "-" ? "stdin" : path}, ${thrown.message}`);
    }
    throw thrown;
  }
};
