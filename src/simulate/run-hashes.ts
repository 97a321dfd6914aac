import { describe, equal, type Trace, type TraceEvent } from "../model/index.ts";
import { prepare } from "./prepare.ts";
import { runOnce } from "./run.ts";
import type { AnyScenario, Scenario } from "./scenario.ts";

/** The hash of one run, by scenario and seed. */
export interface RunHash {
  readonly scenario: string;
  readonly seed: number;
  readonly hash: number;
}

/** Events of one run that a comparison looks at. */
const eventsMax = 3_000;

/**
 * Hashes of runs that cover every field of every event, payloads and state changes included: what two processes, two
 * versions of Node, or Node and a browser must agree on.
 */
export const runHashes = (scenarios: readonly AnyScenario[], seeds: readonly number[]): readonly RunHash[] =>
  scenarios.flatMap((scenario) => {
    const prepared = prepare(scenario);
    const { id } = scenario as unknown as Scenario;
    return seeds.map((seed) => ({
      scenario: id,
      seed,
      hash: runOnce(prepared, { kind: "seed", seed, edits: [] }, { cover: "full", eventsMax }).hash,
    }));
  });

/** The same run with its events, to find where two runs part. */
export const traceOf = (scenario: AnyScenario, seed: number): Trace =>
  runOnce(prepare(scenario), { kind: "seed", seed, edits: [] }, { cover: "full", eventsMax, trace: true }).trace!;

const show = (event: TraceEvent | undefined): string =>
  event === undefined
    ? "nothing"
    : `${event.kind} at ${event.at} ms${event.node === undefined ? "" : ` on process ${event.node}`}, ${describe([event.path, event.name, event.data], 200)}`;

/** The first event in which two runs differ, in words; null where they are the same. */
export const firstDifference = (one: Trace, other: Trace): string | null => {
  const count = Math.max(one.events.length, other.events.length);
  for (let at = 0; at < count; at++) {
    const [a, b] = [one.events[at], other.events[at]];
    if (!equal(a, b)) return `event ${at}: here ${show(a)}; there ${show(b)}`;
  }
  return null;
};
