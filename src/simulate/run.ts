import { type Choices, type Edit, edited, following, seeded } from "../model/index.ts";
import type { Prepared } from "./prepare.ts";
import type { HashCover } from "./recorder.ts";
import type { RunInput, RunResult } from "./run-input.ts";
import type { Laws } from "./simulated-node.ts";
import { Simulation } from "./simulation.ts";

/** Where a run's choices come from: a seed with edits, or the digits of an exhaustive enumeration. */
export type RunSource =
  | { readonly kind: "seed"; readonly seed: number; readonly edits: readonly Edit[] }
  | {
      readonly kind: "path";
      readonly path: readonly number[];
      readonly crashesMax: number;
      readonly lossesMax: number;
    };

/** How one run is looked at. */
export interface RunOptions {
  readonly trace?: boolean;
  /** With a trace: state changes and state hashes. */
  readonly details?: boolean;
  readonly cover?: HashCover;
  readonly laws?: Laws;
  readonly stopAtViolation?: boolean | string;
  readonly eventsMax?: number;
  /** Version of the code, for the trace. */
  readonly code?: string;
  /** What is done about a property that is owed something when patience is over; waited for when absent. */
  readonly whenOwed?: RunInput["whenOwed"];
  /** Told once, when nothing that is drawn from then on belongs to the run. */
  readonly atPatience?: RunInput["atPatience"];
}

/**
 * In one seed of eight messages are frozen once sent: a protocol that changes one later is a different protocol in the
 * simulator, which does not copy, and on a wire, which does. It throws at the faulty line then, on every replay too.
 */
const lawsOf = (source: RunSource): Laws => ({
  rebuild: false,
  freeze: source.kind === "seed" && source.seed % 8 === 0,
});

/** Events that one run may process before it is given up: the budget that no protocol can outrun. */
export const eventsMaxDefault = 200_000;

/** Runs a prepared scenario once with the given choices. */
export const runWith = (
  prepared: Prepared,
  source: RunSource,
  choices: Choices,
  options: RunOptions = {},
): RunResult => {
  const { scenario, setup, model, parameters, dials } = prepared;
  return new Simulation({
    scenario: scenario.id,
    setup,
    model,
    parameters,
    dials,
    choices,
    schedule: source.kind === "seed" ? "timed" : "ordered",
    trace: options.trace ?? false,
    details: options.details ?? false,
    cover: options.cover ?? "full",
    laws: options.laws ?? lawsOf(source),
    stopAtViolation: options.stopAtViolation ?? true,
    eventsMax: options.eventsMax ?? eventsMaxDefault,
    seed: source.kind === "seed" ? source.seed : 0,
    code: options.code ?? "unknown",
    whenOwed: options.whenOwed,
    atPatience: options.atPatience,
    ...(source.kind === "path" ? { crashesMax: source.crashesMax, lossesMax: source.lossesMax } : {}),
  }).run();
};

/** Runs a prepared scenario once. */
export const runOnce = (prepared: Prepared, source: RunSource, options: RunOptions = {}): RunResult =>
  runWith(
    prepared,
    source,
    source.kind === "seed" ? edited(seeded(source.seed), source.edits) : following(source.path),
    options,
  );
