import { describe, expect, it } from "vitest";
import { type Prepared, prepare } from "../simulate/index.ts";
import { partsOf } from "./exploration.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./explore-options.ts";
import { initialStates } from "./initial-states.ts";
import { LassoGraph } from "./lasso-graph.ts";
import { decideByLassos } from "./lassos.ts";
import { lookForRest } from "./runs-at-rest.ts";
import { Search } from "./search.ts";
import { beginAll, inputOf } from "./search-setup.ts";
import { type CourierTable, courierProtocol, courierTable, courierWords } from "./testing/courier-protocols.ts";
import { waysOfTaking } from "./ways-of-taking.ts";

/** A state of a courier protocol, by a machine of its own that knows no module and no search. */
interface Plain {
  readonly moods: readonly number[];
  readonly armed: readonly boolean[];
  readonly open: readonly number[];
  /** Messages on their way, sorted: from, to, word. */
  readonly messages: readonly (readonly [number, number, number])[];
  /** Words that the traitor may still say. */
  readonly lies: number;
}

interface Step {
  readonly action: string;
  readonly to: string;
}

/** Who lies, and how often at most. */
interface Liar {
  readonly node: number;
  readonly lies: number;
}

const nobody: Liar = { node: -1, lies: 0 };

const sent = (messages: Plain["messages"], more: readonly (readonly [number, number, number])[]): Plain["messages"] =>
  [...messages, ...more].sort((a, b) => a.join().localeCompare(b.join()));

const moved = ({ wanted }: CourierTable, state: Plain, node: number, mood: number): Plain => ({
  ...state,
  moods: state.moods.with(node, mood),
  open: mood === wanted[node] ? state.open.filter((other) => other !== node) : state.open,
});

/** What comes of a word that reaches a process; what goes to the traitor does nothing any more. */
const told = (table: CourierTable, state: Plain, node: number, says: number, liar: Liar): Plain => {
  const { mood, tells } = table.rules[node]![state.moods[node]!]![says]!;
  const more = tells === null || tells.to === liar.node ? [] : [[node, tells.to, tells.says] as const];
  return moved(table, { ...state, messages: sent(state.messages, more) }, node, mood);
};

const liesOf = (table: CourierTable, state: Plain, liar: Liar): readonly Plain[] =>
  state.lies === 0
    ? []
    : table.ticks.flatMap((_, node) =>
        node === liar.node
          ? []
          : Array.from({ length: courierWords }, (_, says) =>
              told(table, { ...state, lies: state.lies - 1 }, node, says, liar),
            ),
      );

const stepsOf = (
  table: CourierTable,
  state: Plain,
  liar: Liar,
): readonly { readonly action: string; readonly to: Plain }[] => {
  const deliveries = state.messages.map(([from, node, says], at) => {
    const rest = state.messages.filter((_, other) => other !== at);
    return { action: `${from} to ${node}: ${says}`, to: told(table, { ...state, messages: rest }, node, says, liar) };
  });
  const ticks = state.armed.flatMap((isArmed, node) => {
    if (!isArmed) return [];
    const { mood, again } = table.rules[node]![state.moods[node]!]![courierWords]!;
    const to = moved(table, { ...state, armed: state.armed.with(node, again) }, node, mood);
    return [{ action: `tick of ${node}`, to }];
  });
  return [...deliveries, ...ticks, ...liesOf(table, state, liar).map((to) => ({ action: "", to }))];
};

type Graph = ReadonlyMap<string, { readonly open: string; readonly steps: readonly Step[] }>;

const graphOf = (table: CourierTable, liar: Liar): Graph => {
  const nodes = Array.from({ length: table.processes }, (_, node) => node);
  const messages = liar.node === 0 ? [] : table.starts.map(({ to, says }) => [0, to, says] as const);
  const first: Plain = {
    moods: nodes.map(() => 0),
    armed: table.ticks.map((ticks, node) => ticks && node !== liar.node),
    open: table.waiting.filter((node) => node !== liar.node),
    messages: sent(
      [],
      messages.filter(([, to]) => to !== liar.node),
    ),
    lies: liar.lies,
  };
  const graph = new Map<string, { readonly open: string; readonly steps: readonly Step[] }>();
  const queue = [first];
  for (const state of queue) {
    const key = JSON.stringify(state);
    if (graph.has(key)) continue;
    const steps = stepsOf(table, state, liar);
    graph.set(key, {
      open: String(state.open[0] ?? ""),
      steps: steps.map(({ action, to }) => ({ action, to: JSON.stringify(to) })),
    });
    queue.push(...steps.map(({ to }) => to));
  }
  return graph;
};

/** A step that somebody has to take; lies have no name. */
const isDue = ({ action }: Step): boolean => action !== "";

/** By reachability from each state alone: is there a set of states that reach each other and can be stayed in fairly? */
const owesForEver = (graph: Graph): boolean => {
  const inside = (from: string): ReadonlySet<string> => {
    const { open } = graph.get(from)!;
    const reached = new Set([from]);
    for (const state of reached)
      for (const { to } of graph.get(state)!.steps) if (graph.get(to)!.open === open) reached.add(to);
    return reached;
  };
  const owing = [...graph.keys()].filter((state) => graph.get(state)!.open !== "");
  const reach = new Map(owing.map((state) => [state, inside(state)]));
  return owing.some((state) => {
    const group = [...reach.get(state)!].filter((other) => reach.get(other)!.has(state));
    const due = graph.get(state)!.steps.filter(isDue);
    const isDenied = (action: string): boolean =>
      group.every((member) => {
        const steps = graph.get(member)!.steps.filter((step) => step.action === action);
        return steps.length > 0 && steps.every(({ to }) => !group.includes(to));
      });
    return !due.some(({ action }) => isDenied(action));
  });
};

/** Is there a state in which something is owed and nobody has to do anything? */
const restsOwing = (graph: Graph): boolean =>
  [...graph.values()].some(({ open, steps }) => open !== "" && !steps.some(isDue));

/** By cycles alone, on the whole graph; null where the graph has no end. */
const byLassos = (prepared: Prepared, options: ExploreOptions, expired?: () => boolean): string | null => {
  const [property] = prepared.setup.properties;
  const parts = partsOf(prepared, { ...options, prunesNoOps: false }, [property!]);
  const lasso = new LassoGraph(parts.local, prepared.setup.processes.length, parts.settled.network, waysOfTaking);
  const search = new Search({ ...inputOf(parts, options), edges: lasso, prunesNoOps: false });
  const origins = initialStates(parts);
  beginAll(search, parts, origins, null);
  search.run();
  if (search.cut !== null) return null;
  return decideByLassos({ parts, search, origins, property: property!, code: "" }, lasso, expired).verdict.verdict;
};

const orders = ["breadth-first", "depth-first", "few interruptions first"] as const;

/** By looking for a run that rests, alone, in one order. */
const byRest = (prepared: Prepared, options: ExploreOptions, order: (typeof orders)[number]): string => {
  const [property] = prepared.setup.properties;
  const parts = partsOf(prepared, { ...options, order }, [property!]);
  return lookForRest(parts, { ...options, order }, property!, "").verdict.verdict;
};

const counted = (): { violated: number; others: number } => ({ violated: 0, others: 0 });

describe("liveness of generated protocols", () => {
  it("is what an enumeration of their states by other means says", () => {
    const seen = counted();
    for (let seed = 0; seed < 120; seed++) {
      const expected = owesForEver(graphOf(courierTable(seed), nobody)) ? "violated" : "holds";
      seen[expected === "violated" ? "violated" : "others"]++;
      const { verdicts, complete } = explore(prepare(courierProtocol, { seed }), { liveness: true, crashesMax: 0 });
      expect(`seed ${seed}: ${verdicts[0]!.verdict}, ${complete}`).toBe(`seed ${seed}: ${expected}, true`);
    }
    expect(Math.min(seen.violated, seen.others)).toBeGreaterThan(20);
  });

  it("is so beside a traitor too, whoever it is", () => {
    const seen = counted();
    for (let seed = 0; seed < 30; seed++) {
      const table = courierTable(seed);
      const graphs = Array.from({ length: table.processes }, (_, node) => graphOf(table, { node, lies: 2 }));
      const expected = graphs.some(owesForEver) ? "violated" : "holds";
      seen[expected === "violated" ? "violated" : "others"]++;
      const prepared = prepare(courierProtocol, { seed }, { nodes: "byzantine" });
      const { verdicts } = explore(prepared, { liveness: true, traitors: 1, liesMax: 2 });
      expect(`seed ${seed}: ${verdicts[0]!.verdict}`).toBe(`seed ${seed}: ${expected}`);
    }
    expect(Math.min(seen.violated, seen.others)).toBeGreaterThan(5);
  });
});

describe("cycles of generated protocols", () => {
  it("are looked for until the time is over: what was found by then counts, and nothing is proved", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const prepared = prepare(courierProtocol, { seed });
      const whole = byLassos(prepared, { crashesMax: 0 });
      for (let looks = 0; looks < 6; looks++) {
        let asked = 0;
        const early = byLassos(prepared, { crashesMax: 0 }, () => asked++ >= looks);
        if (early !== "unknown") expect(`${seed}: ${early}`).toBe(`${seed}: ${whole}`);
        seen.add(`${whole} ${early}`);
      }
    }
    expect([...seen].sort()).toEqual(["holds holds", "holds unknown", "violated unknown", "violated violated"]);
  });
});

describe("runs that rest, in generated protocols", () => {
  it("are found in every order just where an enumeration by other means has one, beside traitors too", () => {
    const seen = counted();
    for (let seed = 200; seed < 225; seed++) {
      const table = courierTable(seed);
      const liars = table.ticks.map((_, node): Liar => ({ node, lies: 2 }));
      for (const traitors of [0, 1]) {
        const graphs = (traitors === 0 ? [nobody] : liars).map((liar) => graphOf(table, liar));
        const expected = graphs.some(restsOwing) ? "violated" : "unknown";
        seen[expected === "violated" ? "violated" : "others"]++;
        const prepared = prepare(courierProtocol, { seed }, traitors === 0 ? {} : { nodes: "byzantine" });
        for (const order of orders)
          expect(`${seed}: ${byRest(prepared, { traitors, liesMax: 2, crashesMax: 0 }, order)}`).toBe(
            `${seed}: ${expected}`,
          );
      }
    }
    expect(Math.min(seen.violated, seen.others)).toBeGreaterThan(10);
  });

  it("are violations by lassos too, on every network, with crashes and liars", () => {
    const seen = counted();
    const given = [
      { network: "multiset" },
      { network: "ordered" },
      { network: "set" },
      { network: "multiset", crashesMax: 1 },
      { network: "multiset", traitors: 1, liesMax: 1 },
      { network: "set", traitors: 1, liesMax: 1 },
    ] as const satisfies readonly ExploreOptions[];
    for (let seed = 300; seed < 312; seed++)
      for (const each of given) {
        const options = { crashesMax: 0, statesMax: 3_000, ...each };
        const prepared = prepare(courierProtocol, { seed });
        const [lassos, rest] = [byLassos(prepared, options), byRest(prepared, options, "few interruptions first")];
        if (lassos === null) continue;
        seen[rest === "violated" ? "violated" : "others"]++;
        // The other way round need not be: a run without end may owe as well.
        if (rest === "violated") expect(`${seed} ${each.network}: ${lassos}`).toBe(`${seed} ${each.network}: violated`);
      }
    expect(Math.min(seen.violated, seen.others)).toBeGreaterThan(10);
  });
});
