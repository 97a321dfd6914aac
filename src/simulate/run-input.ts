import type { Parameters } from "../check/index.ts";
import type { Choices, SystemModel, Trace } from "../model/index.ts";
import type { Dials } from "./dials.ts";
import type { Fault } from "./fault.ts";
import type { HashCover, Violation } from "./recorder.ts";
import type { Setup } from "./scenario.ts";
import type { Laws } from "./simulated-node.ts";

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
}

/** How a run went. */
export interface RunResult {
  readonly violations: readonly Violation[];
  /** Rolling hash over all events. */
  readonly hash: number;
  readonly events: number;
  readonly deliveries: number;
  /** Virtual milliseconds. */
  readonly durationMs: number;
  /** Why the run ended: nothing was left or owed, its time was over, its budget was spent, or it was broken. */
  readonly ended: "quiet" | "patience" | "budget" | "violated";
  readonly exercised: ReadonlyMap<string, number>;
  readonly struck: ReadonlyMap<string, number>;
  readonly trace: Trace | null;
  readonly plan: readonly Fault[];
}
