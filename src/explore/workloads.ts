import type { Choices } from "../model/index.ts";
import type { Call, Script, Setup } from "../simulate/index.ts";
import { drawFrom } from "../simulate/workload.ts";
import { PlainInterner } from "./plain-interner.ts";

/** Everything that clients may do in a scenario. */
export interface Workloads {
  readonly all: readonly (readonly Script[])[];
  /** Absent where it is everything; else what was left out. */
  readonly leftOut?: string;
}

/** Draws of one workload that alone change what clients do, and alternatives of each of them that are tried alone. */
const alternativesTried = 16;
const workloadsMax = 20_000;

/** A draw by what it was asked, in the order of asking. */
interface Asked {
  readonly alternatives: number;
}

/** Follows digits; after the last one every draw is 0. Keeps what was asked. */
const following = (digits: readonly number[], asked: Asked[]): Choices => {
  const digit = (alternatives: number): number => {
    const at = asked.push({ alternatives }) - 1;
    return Math.min(digits[at] ?? 0, alternatives - 1);
  };
  return {
    below: (_name, _which, _count, alternatives) => digit(alternatives),
    chance: (_name, _which, _count, probability) =>
      probability <= 0 || probability >= 1 ? probability >= 1 : digit(2) === 1,
    forced: () => 0,
  };
};

/** When a client calls is for the search to say, not for the script. */
const untimed = ({ node, calls, resumes }: Script): Script => ({
  node,
  calls: calls.map(({ request, args, until }): Call => ({ request, args, ...(until === undefined ? {} : { until }) })),
  ...(resumes === undefined ? {} : { resumes }),
});

/**
 * The workloads that a scenario may draw, without their pauses. Draws that alone change nothing (pauses) are left at 0;
 * the others are enumerated.
 */
export const workloadsOf = (setup: Setup): Workloads => {
  const interner = new PlainInterner();
  const keyOf = (scripts: readonly Script[]): number => interner.idOf(scripts, "workload");
  const run = (
    digits: readonly number[],
  ): { readonly scripts: readonly Script[]; readonly asked: readonly Asked[] } => {
    const asked: Asked[] = [];
    const scripts = setup.workload(drawFrom(following(digits, asked))).map(untimed);
    return { scripts, asked };
  };
  const base = run([]);
  const baseKey = keyOf(base.scripts);
  const matters = base.asked.map(({ alternatives }, at) => {
    for (let value = 1; value < Math.min(alternatives, alternativesTried); value++)
      if (keyOf(run([...Array.from({ length: at }, () => 0), value]).scripts) !== baseKey) return true;
    return false;
  });
  const found = new Map<number, readonly Script[]>([[baseKey, base.scripts]]);
  const open: number[][] = [[]];
  let runs = 0;
  // Digits are set from left to right: what an earlier draw says may change what is asked later.
  for (let digits = open.pop(); digits !== undefined; digits = open.pop()) {
    const { scripts, asked } = run(digits);
    found.set(keyOf(scripts), scripts);
    for (let at = digits.length; at < asked.length; at++) {
      if (matters[at] === false) continue;
      const before = [...digits, ...Array.from({ length: at - digits.length }, () => 0)];
      for (let value = 1; value < asked[at]!.alternatives; value++) open.push([...before, value]);
    }
    if (++runs >= workloadsMax)
      return {
        all: [...found.values()],
        leftOut: `workloads: the first ${found.size} that ${workloadsMax} draws gave`,
      };
  }
  return { all: [...found.values()] };
};
