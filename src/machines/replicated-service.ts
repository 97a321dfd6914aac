import { type Bound, type Links, network, type Sessions, stack } from "../model/index.ts";
import type { ReplicatedLog } from "../protocols/index.ts";
import { clientDoor, type ReplicaDesk } from "./client-door.ts";
import type { SessionLimits } from "./client-sessions.ts";
import type { Entry } from "./entry.ts";
import type { HashReport } from "./hash-reports.ts";
import { type HostRules, machineHost } from "./machine-host.ts";
import type { ServiceReplica } from "./replica-port.ts";
import { type Service, type ServiceClientOptions, type ServiceClientRules, serviceClient } from "./service-client.ts";
import type { ServiceMessage } from "./service-messages.ts";
import { type ReplicaOptions, type ReplicaRules, serviceReplica } from "./service-replica.ts";
import type { SnapshotChunk } from "./service-snapshot.ts";
import type { StateMachine } from "./state-machine.ts";

/** Every rule of a replicated service that can be broken by itself. */
export interface ServiceRules extends HostRules, ReplicaRules, ServiceClientRules {}

/** What may be set of a service. Replicas must agree on `limits` and `hashEvery`; the rest is each one's own. */
export interface ServiceOptions {
  readonly limits?: Partial<SessionLimits>;
  /** Entries from one hash of the state to the next; 1,024 when absent. */
  readonly hashEvery?: number;
  readonly replica?: Partial<Omit<ReplicaOptions, "rules" | "commandsMax" | "setting">>;
  readonly client?: Partial<Omit<ServiceClientOptions, "rules" | "servers" | "join">>;
  readonly rules?: Partial<ServiceRules>;
}

/** An hour would be too long for a table of a fixed size, a minute outlasts what a client waits for. */
const defaultLimits: SessionLimits = { expiryMs: 60_000, sessionsMax: 10_000, commandsMax: 1_024 };

/** A state machine that is ready to be replicated: stacks for hosts to run. Pure. */
export interface ReplicatedService<State, Command, Answer, Query, Result> {
  readonly machine: StateMachine<State, Command, Answer, Query, Result>;
  readonly options: ServiceOptions;
  /** A replica without a way to its clients: its host hands their messages in, and takes the replies out. */
  readonly replica: (
    log: Bound<ReplicatedLog<Entry, SnapshotChunk>>,
    peers?: Bound<Links<HashReport>>,
  ) => Bound<ServiceReplica<Command, Answer, Query, Result>>;
  /** A replica whose clients are processes that reach it over session links. */
  readonly server: (
    log: Bound<ReplicatedLog<Entry, SnapshotChunk>>,
    clients: Bound<Sessions<ServiceMessage<Answer, Query, Result>>>,
  ) => Bound<ReplicaDesk<Command, Answer>>;
  /** A client of the replicas that `servers` names. */
  readonly client: (
    servers: ServiceClientOptions["servers"],
    links: Bound<Sessions<ServiceMessage<Answer, Query, Result>>>,
  ) => Bound<Service<Command, Answer, Query, Result>>;
}

/** Makes a state machine ready to be replicated, with exactly-once sessions for its clients. */
export const replicatedService = <State, Command, Answer, Query, Result>(
  machine: StateMachine<State, Command, Answer, Query, Result>,
  options: ServiceOptions = {},
): ReplicatedService<State, Command, Answer, Query, Result> => {
  const { hashEvery = 1_024, rules = {} } = options;
  const limits: SessionLimits = { ...defaultLimits, ...options.limits };
  const passMs = options.replica?.passMs ?? Math.ceil(limits.expiryMs / 4);
  const replica: ReplicatedService<State, Command, Answer, Query, Result>["replica"] = (
    log,
    peers = network("service/hashes"),
  ) =>
    stack(
      serviceReplica<Command, Answer, Query, Result>({
        waitingMax: 10_000,
        queriesMax: 100_000,
        countMs: Math.min(100, passMs),
        snapshotEvery: 40_000,
        tells: false,
        ...options.replica,
        passMs,
        commandsMax: limits.commandsMax,
        setting: machine.setting,
        rules,
      }),
      { log, peers, machine: stack(machineHost(machine, { limits, hashEvery, rules }), {}) },
    );
  return {
    machine,
    options,
    replica,
    server: (log, clients) => stack(clientDoor<Command, Answer, Query, Result>(), { clients, replica: replica(log) }),
    client: (servers, links) =>
      stack(
        serviceClient<Command, Answer, Query, Result>({
          timeoutMs: 10_000,
          retryMs: { from: 200, to: 300 },
          ...options.client,
          ...(machine.parts === undefined ? {} : { join: (parts) => machine.parts!.join(parts) }),
          servers,
          rules,
        }),
        { servers: links },
      ),
  };
};
