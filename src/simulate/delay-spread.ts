import type { DelayDistribution } from "./dials.ts";

/** In how many equally likely steps a delay is drawn. */
export const delaySteps = 1024;

/** The natural logarithm by + − × ÷ alone: `Math.log` may differ from one engine to the next. */
const logarithm = (value: number): number => {
  let halvings = 0;
  let left = value;
  for (; left > 2; left /= 2) halvings++;
  // ln x = 2 artanh((x - 1) / (x + 1)); at x = 2 each term is a ninth of the one before.
  const z = (left - 1) / (left + 1);
  let power = z;
  let sum = 0;
  for (let odd = 1; odd < 40; odd += 2) {
    sum += power / odd;
    power *= z * z;
  }
  return 2 * sum + halvings * Math.LN2;
};

/** The mean of the exponential distribution, in spans. */
const exponentialMean = 0.25;

const quantile = (distribution: Exclude<DelayDistribution, "by timing">, q: number): number => {
  if (distribution === "uniform") return q / delaySteps;
  if (distribution === "exponential") return exponentialMean * logarithm(delaySteps / (delaySteps - q));
  // Mostly within the usual span, one in eight up to many times that: a Pareto tail, by division alone.
  const usual = (delaySteps * 7) / 8;
  return q < usual ? q / usual : 1 + (4 * (q - usual)) / (delaySteps - q);
};

const tables = new Map<string, Float64Array>();

/** For each step of a draw the delay beyond the shortest, in spans from the shortest to the longest usual delay. */
export const delaySpread = (distribution: DelayDistribution, isBounded: boolean): Float64Array => {
  const kind = distribution === "by timing" ? (isBounded ? "uniform" : "heavy-tailed") : distribution;
  const name = `${kind} ${isBounded}`;
  let table = tables.get(name);
  if (table === undefined) {
    table = Float64Array.from({ length: delaySteps }, (_, q) => {
      const spans = quantile(kind, q);
      return isBounded ? Math.min(spans, 1) : spans;
    });
    tables.set(name, table);
  }
  return table;
};
