import type { EventClock } from "./stamped-links.ts";

/**
 * The time of day as a stamp, as logs have it. It orders nothing: two clocks differ, so an answer may seem to come before
 * its question.
 *
 * Source: Kleppmann, Distributed Systems, lecture 3.
 */
export const timeOfDayClock = (): EventClock<object, number> => ({
  name: "time of day",
  source: "Kleppmann, Distributed Systems, lecture 3",
  init: () => ({}),
  tick: (_s, { clock }) => clock("wall"),
  receive: (_s, _theirs, _from, { clock }) => clock("wall"),
});
