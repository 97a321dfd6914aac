import type { Prospect } from "../check/index.ts";
import type { Item } from "./agenda.ts";
import { microseconds } from "./carrier.ts";
import { windowMsDefault } from "./fault-injector.ts";
import type { Owed } from "./recorder.ts";
import type { Setup } from "./scenario.ts";
import type { World } from "./world.ts";

const patienceMsDefault = 10_000;
/** What is owed when patience is over is broken only if it is owed after so many times the patience too. */
const patienceFactor = 8;

/** When a run has waited long enough, or so many times as long: microseconds. */
export const endUsOf = ({ windowMs = windowMsDefault, patienceMs = patienceMsDefault }: Setup, times = 1): number =>
  (windowMs + patienceMs * times) * microseconds;

/** A run that goes on off the record. */
export interface Waiting {
  readonly world: World;
  readonly dispatch: (item: Item) => void;
  readonly prospect: () => Prospect;
  /** When a client made a call last, microseconds. */
  readonly calledAtUs: () => number;
}

/**
 * Of what is owed when patience is over the part that is owed after a multiple of it too, as far as a finite run can
 * tell: a timeout that grows until it passes a bound needs as long as it needs, and nobody knows how long beforehand.
 * Nothing where it cannot be told: because the budget of events is spent, because clients are served all along and always
 * have some request open, or because the order of events is not one of fair delays.
 */
export const neverComes = (
  owed: readonly Owed[],
  { world, dispatch, prospect, calledAtUs }: Waiting,
): readonly Owed[] => {
  const { agenda, recorder, input } = world;
  if (input.schedule === "ordered") return [];
  const endUs = endUsOf(input.setup, patienceFactor);
  let left = owed;
  for (let lookedAt = agenda.now; left.length > 0 && agenda.nextTime <= endUs; ) {
    if (recorder.eventsOffRecord > input.eventsMax) return [];
    if (agenda.now - lookedAt > 50 * microseconds) {
      lookedAt = agenda.now;
      left = recorder.stillOwed(left, prospect(), false);
    }
    dispatch(agenda.pop()!);
  }
  return calledAtUs() > endUsOf(input.setup, patienceFactor / 2) ? [] : recorder.stillOwed(left, prospect(), true);
};
