import { checkLinearizability, specifications } from "quorate/check";
import type { HistoryRecorder, Input, Output } from "./history-recorder.ts";
import type { Load } from "./load.ts";

/** What is in the store at the end. */
export interface Final {
  readonly revision: number;
  readonly values: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, number>;
}

/** What a run found wrong, and what it could not decide. */
export interface Findings {
  readonly violations: readonly string[];
  readonly unknowns: readonly string[];
}

const checkMsMax = 120_000;

/** Whether what clients saw so far is linearizable. */
export const checkHistory = (
  recorder: HistoryRecorder,
  msMax: number,
): ReturnType<typeof checkLinearizability<unknown, Input, Output>> => {
  const until = performance.now() + msMax;
  return checkLinearizability(recorder.history(), specifications.keyValue<string>(), {
    expired: () => performance.now() > until,
  });
};

/** Every write has a revision of its own; there are no more of them than writes that may have happened. */
const countWrites = ({ revisions, unknownWrites }: Load, { revision }: Final, first: number): readonly string[] => {
  const violations: string[] = [];
  const shared = [...revisions].find(([, count]) => count > 1);
  if (shared !== undefined)
    violations.push(`revision ${shared[0]} was given to ${shared[1]} writes: all but one are lost`);
  const beyond = [...revisions.keys()].find((given) => given > revision);
  if (beyond !== undefined)
    violations.push(`a write was acknowledged at revision ${beyond}, and the store ended at ${revision}: it is lost`);
  const applied = revision - first;
  if (applied > revisions.size + unknownWrites)
    violations.push(
      `${applied} writes were applied; ${revisions.size} were acknowledged and ${unknownWrites} may have been: some were doubled`,
    );
  return violations;
};

/** The store counts how often each journal was written, and so did its writer. */
const countJournals = ({ journals }: Load, { versions }: Final): readonly string[] =>
  journals.flatMap(({ key, acknowledged, unknown }) => {
    const version = versions.get(key) ?? 0;
    if (version < acknowledged)
      return [`${key}: ${acknowledged} writes were acknowledged, and ${version} are there: some are lost`];
    if (version > acknowledged + unknown)
      return [`${key}: ${acknowledged + unknown} writes were sent, and ${version} were applied: some were doubled`];
    return [];
  });

/** Checks what clients saw against what a key-value store may do. */
export const verdictOf = (recorder: HistoryRecorder, load: Load, final: Final, firstRevision: number): Findings => {
  const violations = [...countWrites(load, final, firstRevision), ...countJournals(load, final)];
  const verdict = checkHistory(recorder, checkMsMax);
  if (verdict.verdict === "violated") violations.push(`the history is not linearizable: ${verdict.culprit.sentence}`);
  return { violations, unknowns: verdict.verdict === "unknown" ? [`linearizability: ${verdict.reason}`] : [] };
};
