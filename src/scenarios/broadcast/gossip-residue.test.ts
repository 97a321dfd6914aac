import { describe, expect, it } from "vitest";
import { type Choices, seeded } from "../../model/index.ts";
import { losesInterest, pickTargets } from "../../protocols/index.ts";

const n = 1_000;
const seeds = 1_000;
const nodes = Array.from({ length: n }, (_, node) => node);

/** Draws as a module gets them: by name and a bound. */
const drawing = (choices: Choices): ((name: string, below: number) => number) => {
  let count = 0;
  return (name, below) => choices.below(name, 0, count++, below);
};

/** How many of a group are never told by rumour mongering with feedback: contacts one after the other. */
const missedByRumour = (k: number, random: (name: string, below: number) => number): number => {
  const told = new Uint8Array(n);
  told[0] = 1;
  let hot = [0];
  let missed = n - 1;
  while (hot.length > 0) {
    const next: number[] = [];
    for (const node of hot) {
      const target = pickTargets(nodes, node, 1, random)[0]!;
      const knew = told[target] === 1;
      if (!knew) {
        told[target] = 1;
        missed--;
        next.push(target);
      }
      if (!knew || !losesInterest(k, random)) next.push(node);
    }
    hot = next;
  }
  return missed;
};

/** How many are never told when each that is told tells so many others, once. */
const missedByInfectAndDie = (fanOut: number, random: (name: string, below: number) => number): number => {
  const told = new Uint8Array(n);
  told[0] = 1;
  const open = [0];
  let missed = n - 1;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const target of pickTargets(nodes, node, fanOut, random)) {
      if (told[target] === 1) continue;
      told[target] = 1;
      missed--;
      open.push(target);
    }
  }
  return missed;
};

/** Solves s = e^(-a(1-s)) from below: the share that an epidemic leaves out. */
const residueOf = (a: number): number => {
  let s = 0;
  for (let round = 0; round < 1_000; round++) s = Math.exp(-a * (1 - s));
  return s;
};

const meanShare = (missed: (random: (name: string, below: number) => number) => number): number => {
  let sum = 0;
  for (let seed = 1; seed <= seeds; seed++) sum += missed(drawing(seeded(seed)));
  return sum / seeds / n;
};

describe("B42: the residue of gossip among 1,000, mean of 1,000 seeds, within 10 % of the formula", {
  timeout: 240_000,
}, () => {
  const printed = [0.203, 0.06, 0.02, 0.007, 0.0025];

  it("the formula gives 20.3 %, 6.0 %, 2.0 %, 0.70 %, 0.25 %", () => {
    for (const [at, share] of printed.entries()) expect(Math.abs(residueOf(at + 2) - share) / share).toBeLessThan(0.02);
  });

  for (const k of [1, 2, 3, 4, 5])
    it(`rumour mongering with feedback, k = ${k}`, () => {
      const expected = residueOf(k + 1);
      const mean = meanShare((random) => missedByRumour(k, random));
      expect(Math.abs(mean - expected) / expected).toBeLessThan(0.1);
    });

  for (const fanOut of [2, 3, 4, 5, 6])
    it(`infect and die, fan-out ${fanOut}`, () => {
      const expected = residueOf(fanOut);
      const mean = meanShare((random) => missedByInfectAndDie(fanOut, random));
      expect(Math.abs(mean - expected) / expected).toBeLessThan(0.1);
    });

  it("fan-out 1 dies out: about 96 % are never told", () => {
    expect(meanShare((random) => missedByInfectAndDie(1, random))).toBeGreaterThan(0.95);
  });
});
