import {
  type AnyProperty,
  appliedAtMostOnce,
  at,
  callsAreAnswered,
  noAlarm,
  outcomesAreTrue,
  properties,
  sameStateAtIndex,
} from "../../check/index.ts";
import {
  type Entry,
  type ReplicatedService,
  replicatedService,
  type ServiceMessage,
  type ServiceOptions,
  type ServiceRules,
  type SnapshotChunk,
  type StateMachine,
} from "../../machines/index.ts";
import { among, type Bound, network, type Sessions, type SystemModel, stack } from "../../model/index.ts";
import { type RaftRules, type ReplicatedLog, raft, sessionLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, type Setup, scenario } from "../../simulate/index.ts";
import { checkedMachine } from "./checked-machine.ts";
import { linearizableService } from "./linearizable-service.ts";
import { type CallMaker, clientsOf } from "./service-workload.ts";

/** The rules of a service on Raft, each of which can be broken by itself. */
export interface ReplicationRules extends ServiceRules, RaftRules {}

/** What a scenario of a service is made of. */
export interface ServiceScenario<Command, Query> {
  /** `family/name`. */
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly rows?: readonly number[];
  /** What clients ask, each one call after the other. */
  readonly calls: CallMaker<Command, Query>;
  /** How many of each when the user does not say. 3, 2 and 3 when absent. */
  readonly replicas?: number;
  readonly clients?: number;
  readonly callsEach?: number;
  /** Properties of the machine's own, beside those of every service. */
  readonly properties?: readonly AnyProperty[];
  /** Weakest model in which it must hold; replicas that crash and recover, links that lose, time that settles, if absent. */
  readonly model?: SystemModel;
  /** Milliseconds after which clients give a call up. When absent they wait, and every call must be answered. */
  readonly timeoutMs?: number;
  /**
   * Clients make calls before they hear the end of those before. Linearizability is not checked then: a history tells it
   * of clients that do one thing at a time.
   */
  readonly pipelined?: boolean;
  /** The longest pause of a client between two calls, in milliseconds. 60 when absent. */
  readonly pauseMs?: number;
  /** Milliseconds of faults. 400 when absent. */
  readonly windowMs?: number;
  /** Values of the dials' parameters: loss, delays. */
  readonly dials?: Setup["dials"];
}

/** A machine that is ready to be replicated, in a host or in the simulator. */
export interface Replicated<State, Command, Answer, Query, Result>
  extends ReplicatedService<State, Command, Answer, Query, Result> {
  /** A scenario of the lab with this machine: crashes, partitions, lost messages and changes of leader on every seed. */
  readonly scenario: (about: ServiceScenario<Command, Query>) => AnyScenario;
}

const sessions = <M>(name: string, resendMs: number): Bound<Sessions<M>> =>
  stack(sessionLink<M>({ resendMs, attemptsMax: 2 }), { fairLoss: network(name) });

/** Raft among the replicas, paced for a simulation. */
const raftLog = (rules: Partial<RaftRules>, snapshotEvery: number): Bound<ReplicatedLog<Entry, SnapshotChunk>> =>
  stack(
    raft<Entry, SnapshotChunk>({
      rules,
      entriesKept: Math.ceil(snapshotEvery / 2),
      commitPatienceMs: 5,
      appliedBeforeStoreBytesMax: 1,
    }),
    {
      sessions: sessions("raft", 50),
    },
  );

/** Properties of every service. */
const guarantees = (mayFail: boolean): readonly AnyProperty[] =>
  properties(
    appliedAtMostOnce(),
    outcomesAreTrue(),
    callsAreAnswered("OUT2", mayFail),
    at("replica.machine", sameStateAtIndex()),
    noAlarm(),
  );

/** What replicas and clients are when a scenario says nothing else: small bounds, so that all of them are met. */
const simulated = (timeoutMs: number): ServiceOptions => ({
  limits: { expiryMs: 2_000, sessionsMax: 100, commandsMax: 16 },
  hashEvery: 4,
  replica: { tells: true, snapshotEvery: 4 },
  client: { timeoutMs, retryMs: { from: 60, to: 90 } },
});

const merged = (options: ServiceOptions, own: ServiceOptions, rules: Partial<ServiceRules>): ServiceOptions => ({
  limits: { ...options.limits, ...own.limits },
  hashEvery: own.hashEvery ?? options.hashEvery ?? 4,
  replica: { ...options.replica, ...own.replica },
  client: { ...options.client, ...own.client },
  rules: { ...own.rules, ...rules },
});

const setupOf = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  options: ServiceOptions,
  {
    calls: make,
    timeoutMs,
    properties: own = [],
    pauseMs = 60,
    pipelined = false,
    windowMs = 400,
    dials = {},
  }: ServiceScenario<Command, Query>,
  {
    replicas,
    clients,
    calls,
    f,
    rules,
  }: { replicas: number; clients: number; calls: number; f: number; rules: Partial<ReplicationRules> },
): Setup => {
  const servers = Array.from({ length: replicas }, (_, node) => node);
  const settings = merged(simulated(timeoutMs ?? 600_000), options, rules);
  const service = replicatedService(checkedMachine(machine), settings);
  const log = raftLog(rules, settings.replica?.snapshotEvery ?? 8);
  const customers = Array.from({ length: clients }, (_, at) => replicas + at);
  const door = sessions<ServiceMessage<Answer, Query, Result>>("service", 80);
  return {
    processes: [
      ...servers.map((node) => ({
        name: `replica ${node + 1}`,
        stack: service.server(among(servers, log), among([node, ...customers], door)),
      })),
      ...customers.map((node, at) => ({
        name: `client ${at + 1}`,
        stack: service.client(servers, among([...servers, node], door)),
      })),
    ],
    workload: clientsOf({ replicas, clients, calls, pauseMs, waits: !pipelined }, make as CallMaker<unknown, unknown>),
    properties: [...(pipelined ? [] : [linearizableService(machine)]), ...guarantees(timeoutMs !== undefined), ...own],
    f,
    faults: { candidates: servers, crashes: 3, fullDisks: 1, partitions: 3 },
    windowMs,
    patienceMs: 10_000,
    dials: { gstMs: windowMs, boundFactorMax: 5, ...dials },
  };
};

const weakest: SystemModel = { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" };

/**
 * Makes a state machine ready to be replicated: stacks for a host that puts it on sockets and disks, and scenarios that
 * run the same machine in the simulator. Pure: nothing runs until a host or a simulation runs it.
 */
export const replicate = <State, Command, Answer, Query = never, Result = never>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  options: ServiceOptions = {},
): Replicated<State, Command, Answer, Query, Result> => ({
  ...replicatedService(machine, options),
  scenario: (about) =>
    scenario({
      id: about.id,
      rows: about.rows ?? [52],
      title: about.title,
      ...(about.about === undefined ? {} : { about: about.about }),
      model: about.model ?? weakest,
      parameters: {
        replicas: integer("replicas", about.replicas ?? 3, 1, 9),
        clients: integer("clients", about.clients ?? 2, 1, 20),
        calls: integer("calls of each client", about.callsEach ?? 3, 1, 1_000),
        f: integer("replicas that may stay down", Math.floor(((about.replicas ?? 3) - 1) / 2), 0, 4),
      },
      setup: ({ replicas, clients, calls, f }, _model, rules: Partial<ReplicationRules>) =>
        setupOf(machine, options, about, { replicas, clients, calls, f, rules }),
    }),
});
