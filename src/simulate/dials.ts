import type { Choices } from "../model/index.ts";
import type { ParameterDefinition } from "./scenario.ts";

/**
 * How delays are spread over the time from `delayMsMin` to `delayMsMax`, or, where timing has no bound, beyond it.
 * `by timing`: evenly where there is a bound, with a heavy tail where there is none.
 */
export type DelayDistribution = "by timing" | "uniform" | "exponential" | "heavy-tailed";

/** Values of the dials' parameters. */
export interface Dials {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly loss: number;
  readonly duplication: number;
  readonly copyDelayMsMax: number;
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
  readonly delays: DelayDistribution;
  readonly knobs: "as set" | "drawn";
  readonly severance: number;
}

/** The parameters of the dials: every scenario has them, `--set` changes them. Times are virtual milliseconds. */
export const dialDefinitions: {
  readonly [K in keyof Dials]: Dials[K] extends number
    ? Extract<ParameterDefinition, { readonly type: "number" | "integer" }>
    : Extract<ParameterDefinition, { readonly type: "choice" }>;
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
  copyDelayMsMax: {
    type: "number",
    text: "how much later than any other message a second copy may be",
    default: 0,
    min: 0,
    max: 60_000,
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
  delays: {
    type: "choice",
    text: "how delays are spread; by timing: evenly where there is a bound, with a heavy tail where there is none",
    default: "by timing",
    options: ["by timing", "uniform", "exponential", "heavy-tailed"],
  },
  knobs: {
    type: "choice",
    text: "drawn: each run draws loss, duplication, forgery and the longest times anew, none above what is set",
    default: "as set",
    options: ["as set", "drawn"],
  },
  severance: {
    type: "number",
    text: "probability that the network drops everything on a link for ever (arbitrary)",
    default: 0,
    min: 0,
    max: 1,
  },
};

/** The dials' defaults, overridden by what a scenario and then a user says. */
export const dialsOf = (...overrides: readonly ({ readonly [name: string]: unknown } | undefined)[]): Dials => {
  const values: { [name: string]: unknown } = {};
  for (const name of dialNames) {
    values[name] = dialDefinitions[name].default;
    for (const override of overrides) {
      const value = override?.[name];
      if (typeof value === typeof values[name]) values[name] = value;
    }
  }
  return values as unknown as Dials;
};

/** What a run draws anew where knobs are drawn: quarters of what is set, from none of it to all. */
const drawnKnobs = [
  ["loss", null],
  ["duplication", null],
  ["forgery", null],
  ["delayMsMax", "delayMsMin"],
  ["chaosDelayMsMax", null],
  ["syncMsMax", "syncMsMin"],
] as const;

/** The dials of one run: as they are set, or, where knobs are drawn, each knob somewhere up to that. */
export const dialsOfRun = (dials: Dials, choices: Choices): Dials => {
  if (dials.knobs === "as set") return dials;
  const drawn: { [name: string]: number } = {};
  for (const [at, [name, least]] of drawnKnobs.entries()) {
    const from = least === null ? 0 : dials[least];
    // The harmless alternative is as set: a shorter run with other delays is no simpler one.
    drawn[name] = from + ((dials[name] - from) * (4 - choices.below("knob", at, 0, 5))) / 4;
  }
  return { ...dials, ...drawn };
};

/** Names of the dials' parameters, in the order in which they are listed. */
export const dialNames: readonly (keyof Dials)[] = Object.keys(dialDefinitions) as (keyof Dials)[];
