import type { ParameterDefinition } from "./scenario.ts";

/** Values of the dials' parameters. */
export interface Dials {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly loss: number;
  readonly duplication: number;
  readonly forgery: number;
  readonly bandwidth: number;
  readonly packetBytes: number;
  readonly queueMax: number;
  readonly gstMs: number;
  readonly chaosDelayMsMax: number;
  readonly boundFactorMax: number;
  readonly syncMsMin: number;
  readonly syncMsMax: number;
  readonly clockOffsetMsMax: number;
  readonly driftPartsPerMillion: number;
  readonly quantumMs: number;
}

/** The parameters of the dials: every scenario has them, `--set` changes them. Times are virtual milliseconds. */
export const dialDefinitions: {
  readonly [K in keyof Dials]: Extract<ParameterDefinition, { readonly type: "number" | "integer" }>;
} = {
  delayMsMin: { type: "number", text: "shortest delay of a message", default: 1, min: 0, max: 60_000 },
  delayMsMax: { type: "number", text: "longest delay while the network is timely", default: 10, min: 0, max: 60_000 },
  loss: {
    type: "number",
    text: "probability that a message is lost (fair-loss, arbitrary)",
    default: 0.1,
    min: 0,
    max: 1,
  },
  duplication: {
    type: "number",
    text: "probability that a message comes twice (fair-loss, arbitrary)",
    default: 0.05,
    min: 0,
    max: 1,
  },
  forgery: {
    type: "number",
    text: "probability that the network forges a message after one was sent (arbitrary)",
    default: 0.1,
    min: 0,
    max: 1,
  },
  bandwidth: { type: "number", text: "bytes a millisecond on each link, 0 for no limit", default: 0, min: 0, max: 1e9 },
  packetBytes: {
    type: "number",
    text: "largest packet: a longer message is several, and losing one loses it; 0 for no limit",
    default: 0,
    min: 0,
    max: 1e9,
  },
  queueMax: {
    type: "number",
    text: "messages that a link holds while it is busy, 0 for no limit; what does not fit is lost",
    default: 0,
    min: 0,
    max: 1e6,
  },
  gstMs: {
    type: "number",
    text: "eventually-synchronous: longest time until the network becomes timely",
    default: 1_000,
    min: 0,
    max: 600_000,
  },
  chaosDelayMsMax: {
    type: "number",
    text: "eventually-synchronous: longest delay before that",
    default: 400,
    min: 0,
    max: 600_000,
  },
  boundFactorMax: {
    type: "number",
    text: "unknown-bound: the true bound is at most this many times delayMsMax",
    default: 30,
    min: 1,
    max: 10_000,
  },
  syncMsMin: { type: "number", text: "shortest time of a sync to disk", default: 0.1, min: 0, max: 60_000 },
  syncMsMax: { type: "number", text: "longest time of a sync to disk", default: 10, min: 0, max: 60_000 },
  clockOffsetMsMax: {
    type: "number",
    text: "largest difference of a wall clock from true time at the start",
    default: 0,
    min: 0,
    max: 1e12,
  },
  driftPartsPerMillion: {
    type: "number",
    text: "largest drift of a clock from the start",
    default: 0,
    min: 0,
    max: 1e6,
  },
  quantumMs: {
    type: "number",
    text: "how long input may be at hand before a node is told that there is no more",
    default: 0,
    min: 0,
    max: 1_000,
  },
};

/** The dials' defaults, overridden by what a scenario and then a user says. */
export const dialsOf = (...overrides: readonly ({ readonly [name: string]: unknown } | undefined)[]): Dials => {
  const values: { [name: string]: number } = {};
  for (const name of dialNames) {
    values[name] = dialDefinitions[name].default;
    for (const override of overrides) {
      const value = override?.[name];
      if (typeof value === "number") values[name] = value;
    }
  }
  return values as unknown as Dials;
};

/** Names of the dials' parameters, in the order in which they are listed. */
export const dialNames: readonly (keyof Dials)[] = Object.keys(dialDefinitions) as (keyof Dials)[];
