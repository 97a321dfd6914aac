import type { NodeId } from "../model/index.ts";
import type { Script } from "../simulate/index.ts";
import type { Exploration } from "./exploration.ts";
import type { NodeEvent, NodeImage } from "./node-image.ts";

/** A state that a search begins with, and how the processes were booted to reach it. */
export interface Origin {
  /** The unborn processes; traitors stand beside them, and are not booted. */
  readonly unborn: readonly NodeImage[];
  readonly traitors: readonly NodeId[];
  /** For each process the outcome of its boot that was taken. */
  readonly boots: readonly number[];
  /** Local states, by process. */
  readonly locals: readonly number[];
  readonly watch: number;
  readonly messages: readonly number[];
}

const boot: NodeEvent = { kind: "boot" };

/** Every choice of so many of some nodes. */
const choicesOf = (nodes: readonly NodeId[], count: number): readonly (readonly NodeId[])[] => {
  if (count === 0) return [[]];
  return nodes.flatMap((first, at) => choicesOf(nodes.slice(at + 1), count - 1).map((rest) => [first, ...rest]));
};

/** The processes before their boot, each with the clients of one workload that call it. A traitor that hears nothing that it could use is as good as stopped. */
const unbornOf = (
  nodes: readonly NodeId[],
  scripts: readonly Script[],
  firstScript: number,
  traitors: readonly NodeId[],
  traitorsLearn: boolean,
): readonly NodeImage[] =>
  nodes.map((node) => ({
    node,
    incarnation: 0,
    life: !traitors.includes(node) ? "unborn" : traitorsLearn ? "traitor" : "stopped",
    volatile: null,
    durable: new Map(),
    frames: [],
    held: [],
    timers: [],
    notices: [],
    clients: scripts.flatMap((script, at) =>
      script.node === node && !traitors.includes(node) ? [{ script: firstScript + at, next: 0, waits: false }] : [],
    ),
  }));

/**
 * Boots the processes one after the other, as every host does; one state for each workload, each choice of traitors and
 * each draw of a boot.
 */
export const initialStates = (parts: Exploration): readonly Origin[] => {
  const { workloads, steps, local, watch, symmetry, settled, prepared, liars } = parts;
  const origins: Origin[] = [];
  let firstScript = 0;
  symmetry?.identify(steps.nodes.map((node) => local.eventOf(node, boot)));
  symmetry?.fix(watch.initial());
  const candidates = prepared.setup.faults?.candidates ?? steps.nodes;
  for (const scripts of workloads.all) {
    for (const traitors of choicesOf(candidates, settled.traitors)) {
      const unborn = unbornOf(steps.nodes, scripts, firstScript, traitors, liars?.learn === true);
      symmetry?.identify(unborn.map((image) => local.stateOf(image)));
      const start = { unborn, traitors, boots: [], locals: [], watch: watch.initial(traitors), messages: [] };
      bootFrom(parts, start, origins);
    }
    firstScript += scripts.length;
  }
  // A stack gives back first what came last.
  const all = unlike(origins);
  return settled.order === "breadth-first" ? all : all.toReversed();
};

/** Each state once: a search numbers them as they come, and what two workloads have alike they begin alike. */
const unlike = (origins: readonly Origin[]): readonly Origin[] => {
  const keyOf = ({ locals, watch, messages, traitors }: Origin): string =>
    [locals, [watch], messages.toSorted((a, b) => a - b), traitors].map((atoms) => atoms.join()).join("/");
  const byKey = new Map<string, Origin>();
  for (const origin of origins) if (!byKey.has(keyOf(origin))) byKey.set(keyOf(origin), origin);
  return [...byKey.values()];
};

/** Boots the next process, and all after it; adds what comes of it. */
const bootFrom = (parts: Exploration, before: Origin, origins: Origin[]): void => {
  const { local, symmetry } = parts;
  const { unborn, locals } = before;
  const node = locals.length;
  if (node === unborn.length) {
    origins.push(before);
    return;
  }
  const state = local.stateOf(unborn[node]!);
  if (unborn[node]!.life !== "unborn")
    return bootFrom(parts, { ...before, boots: [...before.boots, 0], locals: [...locals, state] }, origins);
  const event = local.eventOf(node, boot);
  const row = local.row(state, event);
  symmetry?.learnRow(state, event, row);
  const first = local.rowFirst.at(row);
  for (let outcome = 0; outcome < local.rowCount.at(row); outcome++)
    bootFrom(parts, booted(parts, before, first + outcome, outcome), origins);
};

const booted = ({ local, watch, symmetry }: Exploration, before: Origin, at: number, outcome: number): Origin => {
  const { unborn, traitors, boots, locals, watch: remembers, messages } = before;
  const sendsAt = local.sendsAt.at(at);
  const sends = local.sends.data.subarray(sendsAt, sendsAt + local.sendsCount.at(at));
  const observed = local.observed.at(at);
  const fold = observed === 0 ? -1 : watch.next(remembers, observed);
  if (fold >= 0) symmetry?.learnFold(remembers, observed, fold);
  return {
    unborn,
    traitors,
    boots: [...boots, outcome],
    locals: [...locals, local.to.at(at)],
    watch: fold < 0 ? remembers : watch.to(fold),
    messages: [...messages, ...sends],
  };
};
