import { type AnyProperty, property } from "../../check/index.ts";
import { type Choices, type Links, type Module, network, seeded, stack } from "../../model/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

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
