import {
  type CausalCulprit,
  type CausalLimits,
  checkCausalConsistency,
  type SerialView,
} from "./causal-consistency.ts";
import { type ReadWriteHistory, readsFrom } from "./reads-from.ts";

/** Why a history is not pipelined memory: what one process reads contradicts the order of one process's writes. */
export interface PramCulprit extends CausalCulprit {
  /** The process whose reads no order explains. */
  readonly process: number;
}

/** The verdict on one history; `holds` and `violated` are exact. */
export type PramVerdict =
  /** `views`: one of each process. */
  | { readonly verdict: "holds"; readonly views: readonly SerialView[] }
  | { readonly verdict: "violated"; readonly culprit: PramCulprit }
  | { readonly verdict: "unknown"; readonly reason: string };

/**
 * Whether each process can put all writes and its own reads in one order that keeps the order of each process and
 * explains its reads: pipelined memory (PRAM, Lipton and Sandberg 1988). What others had read before they wrote does not
 * bind it, so a process may see an answer before the question; that is what causal memory forbids beside. A history is
 * PRAM if and only if what each process can know, its own operations and the writes of the others, is causal by itself.
 *
 * Throws `HistoryError` when a value is written twice to a key, or is the initial one.
 */
export const checkPramConsistency = (
  history: ReadWriteHistory,
  { initial = null, workMax = 500_000_000, bytesMax = 1 << 30, expired = () => false }: CausalLimits = {},
): PramVerdict => {
  const from = readsFrom(history, initial);
  const share = { initial, expired, bytesMax, workMax: Math.ceil(workMax / Math.max(1, from.sessions.length)) };
  let reason: string | undefined;
  const views: SerialView[] = [];
  for (const session of from.sessions) {
    const { process } = from.accesses[session[0]!]!.operation;
    const known = from.accesses.flatMap(({ operation, isRead }) =>
      isRead && operation.process !== process ? [] : [operation],
    );
    const result = checkCausalConsistency(known, share);
    if (result.verdict === "violated") {
      return { verdict: "violated", culprit: { process, ...result.culprit } };
    }
    if (result.verdict === "holds") views.push(...result.views.filter((view) => view.process === process));
    if (result.verdict === "unknown") reason ??= `of what process ${process} can know: ${result.reason}`;
  }
  return reason === undefined ? { verdict: "holds", views } : { verdict: "unknown", reason };
};
