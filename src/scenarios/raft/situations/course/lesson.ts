import type { AnyProperty } from "../../../../check/index.ts";
import type { NodeId, SystemModel } from "../../../../model/index.ts";
import type { RaftOptions } from "../../../../protocols/index.ts";
import { type AnyScenario, type Fault, type FaultBudget, type Script, scenario } from "../../../../simulate/index.ts";
import { readCall, writeCall } from "../../../registers/register-workload.ts";
import { raftGuarantees, raftServer } from "../../raft-cluster.ts";
import type { RaftChanges } from "../../raft-mutants.ts";
import type { RegisterOnLogOptions } from "../../register-on-log.ts";

/** One lesson: what fails when, what is asked for meanwhile, and what must come of it. */
export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly servers: number;
  /** Faults at fixed times. */
  readonly plan?: readonly Fault[];
  /** Faults that are drawn, besides. */
  readonly faults?: FaultBudget;
  /** Virtual milliseconds until all faults are over. */
  readonly windowMs: number;
  readonly workload: readonly Script[];
  /** The point of the lesson. */
  readonly properties?: readonly AnyProperty[];
  /** Messages are lost, come twice and late. */
  readonly isUnreliable?: boolean;
  readonly options?: RaftOptions<string>;
  /** Servers that are no members at first, and when they start: virtual milliseconds. */
  readonly late?: { readonly [node: number]: number };
  readonly register?: RegisterOnLogOptions;
  /** Rare paths of Raft that the lesson is about: some run must take them. */
  readonly marks?: readonly string[];
}

/** Everybody but these. */
export const others = (n: number, ...nodes: readonly NodeId[]): readonly NodeId[] =>
  Array.from({ length: n }, (_, node) => node).filter((node) => !nodes.includes(node));

/** Cuts these off from all others for a time, but not from each other. */
export const cut = (n: number, left: readonly NodeId[], at: number, until: number): Fault => ({
  kind: "partition",
  at,
  until,
  form: "full",
  left,
  right: others(n, ...left),
});

/** Stops a server for a time. */
export const crash = (node: NodeId, at: number, recoverAt: number): Fault => ({ kind: "crash", at, node, recoverAt });

/** Writes at a server, one after the other, from a time on. */
export const writes = (node: NodeId, from: number, count: number, everyMs = 0, value = "v"): Script => ({
  node,
  calls: Array.from({ length: count }, (_, at) =>
    writeCall(`${value}${node + 1}.${from}.${at + 1}`, at === 0 ? from : everyMs),
  ),
  resumes: true,
});

/** An operator asks a server for other voters. */
export const wantsVoters = (node: NodeId, from: number, voters: readonly NodeId[]): Script => ({
  node,
  calls: [{ request: "changeMembers", args: [{ voters }], afterMs: from }],
  resumes: true,
});

/** A read at a server at a time. */
export const readAt = (node: NodeId, from: number): Script => ({ node, calls: [readCall(from)], resumes: true });

const model: SystemModel = { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" };

const none: FaultBudget = { crashes: 0, partitions: 0, pauses: 0, slowNodes: 0, slowDisks: 0 };

const timely = { loss: 0, duplication: 0, gstMs: 0, chaosDelayMsMax: 0, delayMsMax: 3, syncMsMax: 2 } as const;
const untimely = { loss: 0.1, duplication: 0.05, gstMs: 0, chaosDelayMsMax: 0, delayMsMax: 27, syncMsMax: 5 } as const;

/** The first server stands before any other: who leads at first is known. */
const electionTimeoutMs = (node: NodeId, unit: number): number => unit * (node === 0 ? 1 : 2.2);

/** Makes a scenario of a lesson. */
export const lesson = (given: Lesson): AnyScenario => {
  const { name, title, servers, plan = [], faults = {}, windowMs, workload, properties = [], isUnreliable } = given;
  const { late = {} } = given;
  const founders = others(servers).filter((node) => late[node] === undefined);
  const unit = isUnreliable === true ? 120 : 60;
  return scenario({
    id: `raft/course/${name}`,
    rows: [63, 64, 65],
    title,
    model,
    parameters: {},
    setup: (_parameters, _model, rules: Partial<RaftChanges>) => ({
      processes: Array.from({ length: servers }, (_, node) => ({
        name: `s${node + 1}`,
        startsAtMs: late[node] ?? 0,
        stack: raftServer(
          {
            heartbeatMs: 25,
            electionTimeoutMs: electionTimeoutMs(node, unit),
            voters: founders.includes(node) ? founders : [],
            ...given.options,
          },
          rules,
          given.register,
          { resendMs: isUnreliable === true ? 60 : 20, attemptsMax: 3 },
        ),
      })),
      workload: () => workload,
      properties: [...raftGuarantees(), ...properties],
      plan,
      f: 0,
      faults: { ...none, ...faults },
      windowMs,
      patienceMs: 4_000,
      dials: isUnreliable === true ? untimely : timely,
    }),
  });
};
