import type { Parameters } from "../check/index.ts";
import {
  type Choices,
  type NodeId,
  type SystemModel,
  type Trace,
  type TraceHeader,
  traceFormat,
  traceVersion,
} from "../model/index.ts";
import type { Dials } from "./dials.ts";
import type { Fault } from "./fault.ts";
import type { HashCover, Owed, Violation } from "./recorder.ts";
import type { Setup } from "./scenario.ts";
import type { Laws } from "./simulated-node.ts";

/**
 * When patience is over and a property is owed something: `wait` for it off the record, and call the property broken only
 * if it never comes; take it to be `broken`, where the same was waited for before; or leave it `open`, without a verdict.
 */
export type WhenOwed = "wait" | "broken" | "open";

/** What one run is made of. */
export interface RunInput {
  readonly scenario: string;
  readonly setup: Setup;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly dials: Dials;
  readonly choices: Choices;
  /** `timed`: delays decide the order. `ordered`: every order is a choice (exhaustive runs of small scenarios). */
  readonly schedule: "timed" | "ordered";
  readonly trace: boolean;
  /** With a trace: what each step changed in the state of its node, and a hash of that state. Slow. */
  readonly details?: boolean;
  readonly cover: HashCover;
  readonly laws: Laws;
  /** Stop at the first violation, of any property or of the one named; a protocol that throws stops every run. */
  readonly stopAtViolation: boolean | string;
  /** The most events that the run may process. */
  readonly eventsMax: number;
  /** For the header of the trace. */
  readonly seed: number;
  readonly code: string;
  /** Crashes that an ordered run may choose, besides the plan. */
  readonly crashesMax?: number;
  /** Messages that an ordered run may lose. */
  readonly lossesMax?: number;
  /** What is done about a property that is owed something when patience is over; `wait` when absent. */
  readonly whenOwed?: ((property: string) => WhenOwed) | undefined;
  /** Called when the run is over and only what is owed is still waited for: what is drawn from here on is not its own. */
  readonly atPatience?: (() => void) | undefined;
}

/** How a run went. */
export interface RunResult {
  readonly violations: readonly Violation[];
  /**
   * What was owed when patience was over, and is not known never to come: it came later, or that could not be told. Not a
   * violation; the property has no verdict from this run.
   */
  readonly overdue: readonly Owed[];
  /** Rolling hash over all events. */
  readonly hash: number;
  readonly events: number;
  readonly deliveries: number;
  /** Virtual milliseconds. */
  readonly durationMs: number;
  /** Why the run ended: nothing was left or owed, its time was over, its budget was spent, or it was broken. */
  readonly ended: "quiet" | "patience" | "budget" | "violated";
  /** Whether the run was fair to its end, and no more failed than the scenario survives: liveness was put to the test. */
  readonly judged: boolean;
  readonly exercised: ReadonlyMap<string, number>;
  readonly struck: ReadonlyMap<string, number>;
  /** How often each marked path was taken by a correct node: see `marksOf`. */
  readonly marks: ReadonlyMap<string, number>;
  readonly trace: Trace | null;
  readonly plan: readonly Fault[];
}

/** What a trace says of its run before the first event. */
export const traceHeaderOf = (
  { scenario, model, parameters, seed, code }: RunInput,
  nodes: readonly { readonly id: NodeId; readonly name: string }[],
): TraceHeader => ({
  format: traceFormat,
  version: traceVersion,
  scenario,
  model,
  parameters,
  seed,
  code,
  nodes: nodes.map(({ id, name }) => ({ id, name })),
});
