import { type AnyProperty, property } from "../../check/index.ts";
import { type Choices, type Links, type Module, network, seeded, stack } from "../../model/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";

/** A message of a generated protocol: what it says, and how many more it may set off. */
interface Word {
  readonly says: number;
  readonly left: number;
}

const valuesMax = 3;
const wordsMax = 2;

/** What a process does at a word, drawn once and for all. */
interface Rule {
  readonly next: number;
  readonly tells: readonly { readonly to: number; readonly says: number }[];
}

const ruleOf = (draws: Choices, which: number, n: number): Rule => {
  const draw = (what: string, count: number, below: number): number => draws.below(what, which, count, below);
  return {
    next: draw("next", 0, valuesMax),
    tells: Array.from({ length: draw("tells", 0, 3) }, (_, at) => ({
      to: draw("to", at, n),
      says: draw("says", at, wordsMax),
    })),
  };
};

/** A process that goes from value to value and tells others of it, as its table has it. */
const walker = (
  rules: readonly Rule[],
  starts: readonly number[],
): Module<{
  provides: { requests: Record<never, never>; indications: { readonly is: (value: number) => void } };
  uses: { links: Links<Word> };
  state: { value: number };
}> => ({
  name: "walker",
  source: "a table drawn from a seed",
  init: () => ({ value: 0 }),
  start(_s, io) {
    for (const to of starts) if (io.self === 0) io.links.send(to, { says: to % wordsMax, left: 2 });
  },
  upon: {
    request: {},
    links: {
      deliver(s, io, _from, { says, left }) {
        const rule = rules[(io.self * valuesMax + s.value) * wordsMax + says]!;
        if (rule.next !== s.value) {
          s.value = rule.next;
          io.up.is(s.value);
        }
        if (left > 0) for (const { to, says: word } of rule.tells) io.links.send(to, { says: word, left: left - 1 });
      },
    },
  },
});

/** Some process has one value while, later, another one takes a second. */
const forbids = (first: readonly [number, number], then: readonly [number, number]): AnyProperty =>
  property<{ seen: boolean }>({
    id: "ORDER",
    kind: "safety",
    text: "What the seed forbids does not happen.",
    init: () => ({ seen: false }),
    on(s, { kind, node, args, event }, report) {
      if (kind !== "indication") return;
      report.premise();
      if (s.seen && node === then[0] && args[0] === then[1])
        report.violated(`process ${node} takes ${String(args[0])} too late`, event);
      if (node === first[0] && args[0] === first[1]) s.seen = true;
    },
  });

/** A protocol of three processes with random rules, and a property that holds for some seeds and not for others. */
export const smallProtocol: AnyScenario = scenario({
  id: "test/small",
  rows: [],
  title: "A protocol with random rules",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { seed: integer("seed of the rules", 1, 0, 1_000_000) },
  setup: ({ seed }) => {
    const n = 3;
    const draws = seeded(seed);
    const rules = Array.from({ length: n * valuesMax * wordsMax }, (_, which) => ruleOf(draws, which, n));
    const pair = (what: string): readonly [number, number] => [
      draws.below(what, 0, 0, n),
      1 + draws.below(what, 1, 0, valuesMax - 1),
    ];
    const one = stack(walker(rules, [1, 2]), { links: network() });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [forbids(pair("first"), pair("then"))],
    };
  },
});

/** Whom a process of a symmetric protocol tells: the one that told it, the first one, or everybody else. */
const audiences = ["teller", "first", "others"] as const;

interface EqualRule {
  readonly next: number;
  readonly tells: readonly { readonly to: (typeof audiences)[number]; readonly says: number }[];
}

const equalRuleOf = (draws: Choices, which: number): EqualRule => {
  const draw = (what: string, count: number, below: number): number => draws.below(what, which, count, below);
  return {
    next: draw("next", 0, valuesMax),
    tells: Array.from({ length: draw("tells", 0, 3) }, (_, at) => ({
      to: audiences[draw("to", at, audiences.length)]!,
      says: draw("says", at, wordsMax),
    })),
  };
};

/** As the walker, but no rule names a process other than the first. `biased` lets one process do otherwise. */
const equalWalker = (
  rules: readonly EqualRule[],
  biased: boolean,
): Module<{
  provides: { requests: Record<never, never>; indications: { readonly is: (value: number) => void } };
  uses: { links: Links<Word> };
  state: { value: number; heard: number[] };
}> => ({
  name: "equal walker",
  source: "a table drawn from a seed",
  init: () => ({ value: 0, heard: [] }),
  start(_s, io) {
    for (const to of io.nodes) if (io.self === 0 && to !== 0) io.links.send(to, { says: 0, left: 2 });
  },
  upon: {
    request: {},
    links: {
      deliver(s, io, from, { says, left }) {
        const role = io.self === 0 ? 0 : 1;
        const rule = rules[(role * valuesMax + s.value) * wordsMax + says]!;
        const isBiased = biased && io.self === io.nodes.length - 1;
        if (!s.heard.includes(from)) s.heard.push(from);
        s.value = isBiased ? (rule.next + 1) % valuesMax : rule.next;
        io.up.is(s.value);
        if (left === 0) return;
        for (const { to: audience, says: word } of rule.tells) {
          const to =
            audience === "teller" ? [from] : io.nodes.filter((node) => (node === 0) === (audience === "first"));
          for (const node of to) if (node !== io.self) io.links.send(node, { says: word, left: left - 1 });
        }
      },
    },
  },
});

/** No two processes but the first have a value at once, and no process has it twice. */
const rare = (value: number): AnyProperty =>
  property<{ readonly having: number[]; readonly had: number[] }>({
    id: "RARE",
    kind: "safety",
    text: "A value is rare.",
    init: () => ({ having: [], had: [] }),
    canonical: ({ having, had }) => ({ having: having.toSorted((a, b) => a - b), had: had.toSorted((a, b) => a - b) }),
    on({ having, had }, { kind, node, args, event }, report) {
      if (kind !== "indication" || node === 0) return;
      report.premise();
      if (having.includes(node)) having.splice(having.indexOf(node), 1);
      if (args[0] !== value) return;
      if (had.includes(node) || having.length > 0) report.violated(`process ${node} has ${value} too`, event);
      having.push(node);
      had.push(node);
    },
  });

/** A protocol of four processes of which three are alike, unless one of them is biased. */
export const equalProtocol: AnyScenario = scenario({
  id: "test/equal",
  rows: [],
  title: "A protocol with random rules that name nobody",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    seed: integer("seed of the rules", 1, 0, 1_000_000),
    biased: toggle("whether one process is unlike the others", false),
  },
  setup: ({ seed, biased }) => {
    const draws = seeded(seed);
    const rules = Array.from({ length: 2 * valuesMax * wordsMax }, (_, which) => equalRuleOf(draws, which));
    const one = stack(equalWalker(rules, biased), { links: network() });
    return {
      processes: Array.from({ length: 4 }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [rare(1 + draws.below("value", 0, 0, valuesMax - 1))],
    };
  },
});
