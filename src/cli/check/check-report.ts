import type { RecordedHistory, RecordedVerdict, ToldCulprit } from "../../check/index.ts";
import { markOf } from "../report.ts";
import { counted, type Style, type Terminal, wrapText } from "../terminal.ts";
import { intervalDiagram } from "./interval-diagram.ts";

/** What was checked, and the verdict. */
export interface CheckReport {
  readonly path: string;
  readonly history: RecordedHistory;
  readonly model: string;
  readonly consistency: string;
  readonly verdict: RecordedVerdict;
  readonly seconds: number;
}

const styles: { readonly [K in RecordedVerdict["verdict"]]: Style } = {
  holds: "green",
  violated: "red",
  unknown: "yellow",
};

const statesMax = 200;
const cut = (text: string, max = statesMax): string => (text.length > max ? `${text.slice(0, max)}…` : text);
const sentenceEnd = (text: string): string => text.replace(/([^.!?…])$/, "$1.");
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The state carried in, the order that goes furthest with its states, and what finds no place after it. */
const orderText = ({ before, best, misfit, operations }: ToldCulprit): string | undefined => {
  if (best === undefined) return undefined;
  const start = before === undefined ? [] : [`Carried in: ${before.map((state) => cut(state)).join(", or ")}.`];
  const steps = best.slice(-6).map(({ operation, state }) => `${operations[operation]!.text} leaves ${cut(state, 80)}`);
  const order = best.length === 0 ? [] : [`At best: ${best.length > 6 ? "…; " : ""}${steps.join("; ")}.`];
  const end = misfit === undefined ? [] : [`Then ${operations[misfit]!.text} finds no place.`];
  return [...start, ...order, ...end].join(" ");
};

/** Transactions are longer than a line of the diagram. */
const transactionsText = ({ anomaly, operations }: ToldCulprit, width: number): string | undefined =>
  anomaly === undefined
    ? undefined
    : operations.map(({ text }) => wrapText(cut(text, 400), width, "    ").replace("    ", "  ")).join("\n");

/** The steps of a cycle, each with its reason. */
const stepsText = ({ steps = [], operations }: ToldCulprit, width: number): string | undefined => {
  if (steps.length === 0) return undefined;
  const nameOf = (at: number): string => operations[at]!.text.split(":")[0]!;
  return steps
    .map(({ from, to, dependency, sentence }) =>
      wrapText(`${nameOf(from)} → ${nameOf(to)} (${dependency}): ${sentence}`, width, "    ").replace("    ", "  "),
    )
    .join("\n");
};

/** Why a history is violated, for people. */
const culpritText = (culprit: ToldCulprit, terminal: Terminal): string => {
  const { width } = terminal;
  const order = orderText(culprit);
  return [
    wrapText(sentenceEnd(capital(culprit.sentence)), width),
    intervalDiagram(culprit, terminal),
    ...[transactionsText(culprit, width), stepsText(culprit, width)].filter((text) => text !== undefined),
    ...(order === undefined ? [] : [wrapText(order, width)]),
  ].join("\n\n");
};

/** Everything that a check has to say, for people. */
export const checkText = (report: CheckReport, terminal: Terminal): string => {
  const { path, history, model, consistency, verdict, seconds } = report;
  const { paint, width } = terminal;
  const processes = new Set(history.operations.map(({ process }) => process)).size;
  const title = `${counted(history.operations.length, "operation")} of ${processes === 1 ? "1 process" : `${processes} processes`}`;
  const head = `${paint(path === "-" ? "stdin" : path, "bold")}\n${paint(
    wrapText(`${history.format}, ${title}, checked as ${model} in ${seconds.toFixed(2)} s`, width),
    "dim",
  )}`;
  const outcome = verdict.verdict;
  const parts = [
    head,
    `  ${markOf(outcome, terminal)} ${paint(consistency, "bold")}  ${paint(outcome, styles[outcome])}`,
  ];
  if (verdict.reason !== undefined) parts.push(wrapText(sentenceEnd(capital(verdict.reason)), width));
  if (verdict.culprit !== undefined) parts.push(culpritText(verdict.culprit, terminal));
  const others = (verdict.anomalies ?? []).filter(({ kind }) => kind !== verdict.culprit?.anomaly);
  if (others.length > 0) parts.push(wrapText(`Also found: ${others.map(({ kind }) => kind).join(", ")}.`, width));
  return `${parts.join("\n\n")}\n`;
};

/** Everything that a check has to say, for programs. */
export const checkJson = ({ history, model, consistency, verdict }: CheckReport): object => ({
  verdict: verdict.verdict,
  operations: history.operations.length,
  format: history.format,
  model,
  consistency,
  ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
  ...(verdict.witness === undefined ? {} : { witness: verdict.witness }),
  ...(verdict.views === undefined ? {} : { witness: verdict.views }),
  ...(verdict.schedule === undefined ? {} : { schedule: verdict.schedule }),
  ...(verdict.culprit === undefined ? {} : { culprit: verdict.culprit }),
  ...(verdict.anomalies === undefined ? {} : { anomalies: verdict.anomalies }),
});
