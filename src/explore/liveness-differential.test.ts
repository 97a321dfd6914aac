import { describe, expect, it } from "vitest";
import { prepare } from "../simulate/index.ts";
import { explore } from "./explore.ts";
import { type CourierTable, courierProtocol, courierTable, courierWords } from "./testing/courier-protocols.ts";

/** A state of a courier protocol, by a machine of its own that knows no module and no search. */
interface Plain {
  readonly moods: readonly number[];
  readonly armed: readonly boolean[];
  readonly open: readonly number[];
  /** Messages on their way, sorted: from, to, word. */
  readonly messages: readonly (readonly [number, number, number])[];
}

interface Step {
  readonly action: string;
  readonly to: string;
}

const sent = (messages: Plain["messages"], more: readonly (readonly [number, number, number])[]): Plain["messages"] =>
  [...messages, ...more].sort((a, b) => a.join().localeCompare(b.join()));

const moved = ({ wanted }: CourierTable, state: Plain, node: number, mood: number): Plain => ({
  ...state,
  moods: state.moods.with(node, mood),
  open: mood === wanted[node] ? state.open.filter((other) => other !== node) : state.open,
});

const stepsOf = (table: CourierTable, state: Plain): readonly { readonly action: string; readonly to: Plain }[] => {
  const deliveries = state.messages.map(([from, node, says], at) => {
    const { mood, tells } = table.rules[node]![state.moods[node]!]![says]!;
    const rest = state.messages.filter((_, other) => other !== at);
    const more = tells === null ? [] : [[node, tells.to, tells.says] as const];
    const to = moved(table, { ...state, messages: sent(rest, more) }, node, mood);
    return { action: `${from} to ${node}: ${says}`, to };
  });
  const ticks = state.armed.flatMap((isArmed, node) => {
    if (!isArmed) return [];
    const { mood, again } = table.rules[node]![state.moods[node]!]![courierWords]!;
    const to = moved(table, { ...state, armed: state.armed.with(node, again) }, node, mood);
    return [{ action: `tick of ${node}`, to }];
  });
  return [...deliveries, ...ticks];
};

const graphOf = (
  table: CourierTable,
): ReadonlyMap<string, { readonly open: string; readonly steps: readonly Step[] }> => {
  const nodes = Array.from({ length: table.processes }, (_, node) => node);
  const messages = sent(
    [],
    table.starts.map(({ to, says }) => [0, to, says] as const),
  );
  const first: Plain = { moods: nodes.map(() => 0), armed: table.ticks, open: table.waiting, messages };
  const graph = new Map<string, { readonly open: string; readonly steps: readonly Step[] }>();
  const queue = [first];
  for (const state of queue) {
    const key = JSON.stringify(state);
    if (graph.has(key)) continue;
    const steps = stepsOf(table, state);
    graph.set(key, {
      open: String(state.open[0] ?? ""),
      steps: steps.map(({ action, to }) => ({ action, to: JSON.stringify(to) })),
    });
    queue.push(...steps.map(({ to }) => to));
  }
  return graph;
};

/** By reachability from each state alone: is there a set of states that reach each other and can be stayed in fairly? */
const owesForEver = (table: CourierTable): boolean => {
  const graph = graphOf(table);
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
    const due = graph.get(state)!.steps.map(({ action }) => action);
    const isDenied = (action: string): boolean =>
      group.every((member) => {
        const steps = graph.get(member)!.steps.filter((step) => step.action === action);
        return steps.length > 0 && steps.every(({ to }) => !group.includes(to));
      });
    return !due.some(isDenied);
  });
};

describe("liveness of generated protocols", () => {
  it("is what an enumeration of their states by other means says", () => {
    const seen = { violated: 0, holds: 0 };
    for (let seed = 0; seed < 120; seed++) {
      const expected = owesForEver(courierTable(seed)) ? "violated" : "holds";
      seen[expected]++;
      const { verdicts, complete } = explore(prepare(courierProtocol, { seed }), { liveness: true, crashesMax: 0 });
      expect(`seed ${seed}: ${verdicts[0]!.verdict}, ${complete}`).toBe(`seed ${seed}: ${expected}, true`);
    }
    expect(Math.min(seen.violated, seen.holds)).toBeGreaterThan(20);
  });
});
