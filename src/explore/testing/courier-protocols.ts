import { type AnyProperty, property } from "../../check/index.ts";
import { type Links, type Module, network, seeded, stack } from "../../model/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

/** What a process does at a word or at a tick of its clock, in a certain mood: all by numbers from 0 on. */
export interface CourierRule {
  readonly mood: number;
  /** At a word: whom it tells, and what; nobody where it is null. */
  readonly tells: { readonly to: number; readonly says: number } | null;
  /** At a tick: whether there will be another one. */
  readonly again: boolean;
}

/** A protocol whose messages never get more, so that it goes round in the end. */
export interface CourierTable {
  readonly processes: number;
  /** By process, by mood: the rules at each word, then the one at a tick. */
  readonly rules: readonly (readonly (readonly CourierRule[])[])[];
  readonly starts: readonly { readonly to: number; readonly says: number }[];
  /** By process the mood that it wants to be in once, and who of them must. */
  readonly wanted: readonly number[];
  readonly waiting: readonly number[];
  /** By process whether it has a clock. */
  readonly ticks: readonly boolean[];
}

/** Words and moods that there are. */
export const courierWords: number = 2;
const moods = 3;

/** The table of a seed. */
export const courierTable = (seed: number): CourierTable => {
  const draws = seeded(seed);
  const processes = 2 + draws.below("processes", 0, 0, 2);
  const each = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
  const wordTo = (which: number): { to: number; says: number } => ({
    to: draws.below("to", which, 0, processes),
    says: draws.below("says", which, 0, courierWords),
  });
  const ruleOf = (which: number): CourierRule => ({
    mood: draws.below("mood", which, 0, moods),
    tells: draws.below("tells", which, 0, 8) === 0 ? null : wordTo(which),
    again: draws.below("again", which, 0, 3) > 0,
  });
  return {
    processes,
    rules: each(processes, (node) =>
      each(moods, (mood) => each(courierWords + 1, (word) => ruleOf((node * moods + mood) * 8 + word))),
    ),
    starts: each(1 + draws.below("starts", 0, 0, 2), (at) => wordTo(1_000 + at)),
    wanted: each(processes, (node) => 1 + draws.below("wanted", node, 0, moods - 1)),
    waiting: each(processes, (node) => node).filter((node) => node === 0 || draws.below("waits", node, 0, 3) === 0),
    ticks: each(processes, (node) => draws.below("ticks", node, 0, 3) === 0),
  };
};

const courier = ({
  rules,
  starts,
  wanted,
  ticks,
}: CourierTable): Module<{
  provides: { requests: Record<never, never>; indications: { readonly done: () => void } };
  uses: { links: Links<number> };
  state: { mood: number };
  timers: { tick: [] };
}> => ({
  name: "courier",
  source: "a table drawn from a seed",
  init: () => ({ mood: 0 }),
  start(_s, io) {
    if (ticks[io.self]) io.timers.tick.set(1);
    if (io.self === 0) for (const { to, says } of starts) io.links.send(to, says);
  },
  upon: {
    request: {},
    links: {
      deliver(s, io, _from, says) {
        const { mood, tells } = rules[io.self]![s.mood]![says]!;
        s.mood = mood;
        if (mood === wanted[io.self]) io.up.done();
        if (tells !== null) io.links.send(tells.to, tells.says);
      },
    },
    timer: {
      tick(s, io) {
        const { mood, again } = rules[io.self]![s.mood]![courierWords]!;
        s.mood = mood;
        if (mood === wanted[io.self]) io.up.done();
        if (again) io.timers.tick.set(1);
      },
    },
  },
});

const allOnce = (waiting: readonly number[]): AnyProperty =>
  property<{ readonly open: number[] }>({
    id: "ONCE",
    kind: "liveness",
    text: "Everybody gets what it wants once.",
    init: () => ({ open: [...waiting] }),
    on({ open }, { kind, node }, report) {
      report.premise();
      if (kind === "indication" && open.includes(node)) open.splice(open.indexOf(node), 1);
    },
    pending: ({ open }, { correct }) => {
      const waits = open.find((node) => correct.includes(node));
      return waits === undefined ? null : `process ${waits} waits`;
    },
  });

/** A protocol with random rules that may or may not come to what everybody wants. */
export const courierProtocol: AnyScenario = scenario({
  id: "test/courier",
  rows: [],
  title: "A protocol that goes round by random rules",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { seed: integer("seed of the rules", 1, 0, 1_000_000) },
  setup: ({ seed }) => {
    const table = courierTable(seed);
    const one = stack(courier(table), { links: network() });
    return {
      processes: Array.from({ length: table.processes }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
      workload: () => [],
      properties: [allOnce(table.waiting)],
      // What traitors may say, where there are any.
      vocabulary: Array.from({ length: courierWords }, (_, body) => ({ body })),
    };
  },
});
