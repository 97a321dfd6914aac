import type { NodeId } from "../model/index.ts";
import type { Script } from "../simulate/index.ts";
import type { Exploration } from "./explore.ts";
import type { NodeEvent, NodeImage } from "./node-image.ts";

/** A state that a search begins with, and how the processes were booted to reach it. */
export interface Origin {
  /** The unborn processes. */
  readonly unborn: readonly NodeImage[];
  /** For each process the outcome of its boot that was taken. */
  readonly boots: readonly number[];
  /** Local states, by process. */
  readonly locals: readonly number[];
  readonly watch: number;
  readonly messages: readonly number[];
}

const boot: NodeEvent = { kind: "boot" };

/** The processes before their boot, each with the clients of one workload that call it. */
const unbornOf = (nodes: readonly NodeId[], scripts: readonly Script[], firstScript: number): readonly NodeImage[] =>
  nodes.map((node) => ({
    node,
    incarnation: 0,
    life: "unborn",
    volatile: null,
    durable: new Map(),
    frames: [],
    held: [],
    timers: [],
    notices: [],
    clients: scripts.flatMap((script, at) =>
      script.node === node ? [{ script: firstScript + at, next: 0, waits: false }] : [],
    ),
  }));

/** Boots the processes one after the other, as every host does; one state for each workload and each draw of a boot. */
export const initialStates = (
  { workloads, steps, local, watch, symmetry }: Exploration,
  each: (origin: Origin) => void,
): readonly Origin[] => {
  const origins: Origin[] = [];
  let firstScript = 0;
  symmetry?.identify(steps.nodes.map((node) => local.eventOf(node, boot)));
  symmetry?.fix(watch.initial());
  for (const scripts of workloads.all) {
    const unborn = unbornOf(steps.nodes, scripts, firstScript);
    firstScript += scripts.length;
    symmetry?.identify(unborn.map((image) => local.stateOf(image)));
    const bootFrom = (before: Origin): void => {
      const node = before.locals.length;
      if (node === unborn.length) {
        origins.push(before);
        return each(before);
      }
      const [state, event] = [local.stateOf(unborn[node]!), local.eventOf(node, boot)];
      const row = local.row(state, event);
      symmetry?.learnRow(state, event, row);
      const first = local.rowFirst.at(row);
      for (let outcome = 0; outcome < local.rowCount.at(row); outcome++)
        bootFrom(booted(before, first + outcome, outcome));
    };
    const booted = ({ boots, locals, watch: remembers, messages }: Origin, at: number, outcome: number): Origin => {
      const sendsAt = local.sendsAt.at(at);
      const sends = local.sends.data.subarray(sendsAt, sendsAt + local.sendsCount.at(at));
      const observed = local.observed.at(at);
      const fold = observed === 0 ? -1 : watch.next(remembers, observed);
      if (fold >= 0) symmetry?.learnFold(remembers, observed, fold);
      return {
        unborn,
        boots: [...boots, outcome],
        locals: [...locals, local.to.at(at)],
        watch: fold < 0 ? remembers : watch.to(fold),
        messages: [...messages, ...sends],
      };
    };
    bootFrom({ unborn, boots: [], locals: [], watch: watch.initial(), messages: [] });
  }
  return origins;
};
