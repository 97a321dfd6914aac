import { type AnyProperty, property } from "../../check/index.ts";
import { type Choices, type Links, type Module, network, seeded, stack } from "../../model/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

/** What one process does with the voices that it hears: all is drawn once and for all. */
interface Gathering {
  /** Whom it tells when it starts. */
  readonly starts: readonly number[];
  /** How many voices it waits for, and how many it listens to. */
  readonly wanted: number;
  readonly heardMax: number;
  /** Whom it tells when it has them, and what it says of it to the outside; 0 for nothing. */
  readonly tells: readonly number[];
  readonly shows: number;
  /** What else it tells, and whether that depends on the voice that was first, or last, or on none. */
  readonly alsoTells: readonly number[];
  readonly favours: "none" | "first" | "last";
  /** Whether it keeps the voices in the order in which they came, of which it makes nothing. */
  readonly keepsOrder: boolean;
}

const gatheringOf = (draws: Choices, node: number, n: number): Gathering => {
  const draw = (what: string, count: number, below: number): number => draws.below(what, node, count, below);
  const some = (what: string): readonly number[] =>
    Array.from({ length: n }, (_, to) => to).filter((to) => to !== node && draw(what, to, 3) > 0);
  const wanted = 1 + draw("wanted", 0, 3);
  return {
    starts: some("starts"),
    wanted,
    heardMax: wanted + draw("more", 0, 2),
    tells: some("tells"),
    shows: draw("shows", 0, 3),
    alsoTells: some("also"),
    favours: (["none", "none", "first", "last"] as const)[draw("favours", 0, 4)]!,
    keepsOrder: draw("order", 0, 2) === 1,
  };
};

interface Voice {
  readonly round: number;
}

const gatherer = (
  gatherings: readonly Gathering[],
): Module<{
  provides: { requests: Record<never, never>; indications: { readonly is: (value: number) => void } };
  uses: { links: Links<Voice> };
  state: { heard: number[]; favourite: number };
}> => ({
  name: "gatherer",
  source: "numbers drawn from a seed",
  init: () => ({ heard: [], favourite: 0 }),
  start(_s, io) {
    for (const to of gatherings[io.self]!.starts) io.links.send(to, { round: 0 });
  },
  upon: {
    request: {},
    links: {
      deliver(s, io, from, { round }) {
        const { wanted, heardMax, tells, alsoTells, favours, shows, keepsOrder } = gatherings[io.self]!;
        if (s.heard.length === heardMax) return;
        s.heard.push(from * 2 + round);
        if (favours === "last" || (favours === "first" && s.heard.length === 1)) s.favourite = from % 2;
        if (!keepsOrder) s.heard.sort((a, b) => a - b);
        if (s.heard.length !== wanted) return;
        if (shows > 0) io.up.is(shows);
        for (const to of s.favourite === 0 ? tells : alsoTells) io.links.send(to, { round: 1 });
      },
    },
  },
});

/** One process shows a value before another one does. */
const before = (first: number, then: number): AnyProperty =>
  property<{ seen: boolean }>({
    id: "BEFORE",
    kind: "safety",
    text: "What the seed forbids does not come first.",
    init: () => ({ seen: false }),
    on(s, { kind, node, event }, report) {
      if (kind !== "indication") return;
      report.premise();
      if (node === first) s.seen = true;
      else if (node === then && !s.seen) report.violated(`process ${node} is early`, event);
    },
  });

/** Processes that wait for so many voices and then speak themselves, as most of the textbook does. */
export const gatheringProtocol: AnyScenario = scenario({
  id: "test/gathering",
  rows: [],
  title: "Processes that wait for so many voices",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { seed: integer("seed of the numbers", 1, 0, 1_000_000), n: integer("processes", 3, 2, 5) },
  setup: ({ seed, n }) => {
    const draws = seeded(seed);
    const gatherings = Array.from({ length: n }, (_, node) => gatheringOf(draws, node, n));
    const one = stack(gatherer(gatherings), { links: network() });
    const first = draws.below("first", 0, 0, n);
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [before(first, (first + 1 + draws.below("then", 0, 0, n - 1)) % n)],
    };
  },
});
