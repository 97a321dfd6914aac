import { type Draw, type Prepared, type RunSource, runOnce } from "../../simulate/index.ts";

/** What one run drew of its setup: what was asked, and what came. */
export type DrawnOptions = readonly (readonly [string, unknown])[];

const noting = (draw: Draw, seen: [string, unknown][]): Draw => {
  const note = <T>(name: string, value: T): T => {
    seen.push([name, value]);
    return value;
  };
  return {
    below: (name, alternatives) => note(name, draw.below(name, alternatives)),
    between: (name, from, to) => note(name, draw.between(name, from, to)),
    chance: (name, probability) => note(name, draw.chance(name, probability)),
    pick: (name, from) => note(name, draw.pick(name, from)),
  };
};

/** The options that a run drew, where its scenario draws some in each run: it draws them again, and does no more. */
export const drawnOptions = (prepared: Prepared, source: RunSource): DrawnOptions | undefined => {
  const { setup } = prepared;
  const { swarm } = setup;
  if (swarm === undefined || source.kind === "path") return undefined;
  const seen: [string, unknown][] = [];
  const watched = { ...prepared, setup: { ...setup, swarm: (draw: Draw) => swarm(noting(draw, seen)) } };
  runOnce(watched, source, { eventsMax: 0 });
  return seen;
};
