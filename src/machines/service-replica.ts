import { assert, type IO, type Links, type Module, type NodeId } from "../model/index.ts";
import {
  type Configuration,
  membersOf,
  type Refusal,
  type ReplicatedLog,
  type Role,
  type Term,
} from "../protocols/index.ts";
import type { End, Entry } from "./entry.ts";
import { type Difference, type HashReport, type HashReports, noReports, ownHash, peerHash } from "./hash-reports.ts";
import type { HostedMachine } from "./machine-host.ts";
import type { CommandFailure, QueryFailure } from "./outcome.ts";
import type { OperatorAction, ServiceReplica } from "./replica-port.ts";
import type { Refused } from "./service-messages.ts";
import type { SnapshotChunk } from "./service-snapshot.ts";

/** The decisions of a replica that can be wrong by themselves. */
export interface ReplicaRules {
  /** Whether a linearizable query waits until the log says that the state is new enough. */
  readonly waitsForLog: () => boolean;
}

const replicaRules: ReplicaRules = { waitsForLog: () => true };

/** How a replica works. */
export interface ReplicaOptions {
  /** How many commands of one session may be unanswered at a time; clients are told. */
  readonly commandsMax: number;
  /** Commands that may wait for their turn at a time, of all clients. */
  readonly waitingMax: number;
  /** Queries that may wait for the log at a time. */
  readonly queriesMax: number;
  /** Milliseconds by which the leader counts the service's time. */
  readonly countMs: number;
  /** So much time passes at most without an entry that carries it. */
  readonly passMs: number;
  /** So many entries from one snapshot to the next. */
  readonly snapshotEvery: number;
  /** Whether it tells of every command that had its turn. */
  readonly tells: boolean;
  readonly rules?: Partial<ReplicaRules>;
}

/** Who waits for the end of an entry. */
type Waiting =
  | { readonly kind: "open"; readonly client: number; readonly token: number; term: Term }
  | {
      readonly kind: "execute";
      readonly client: number;
      readonly session: number;
      readonly sequence: number;
      term: Term;
    };

interface Asked<Query> {
  readonly client: number;
  readonly id: number;
  readonly query: Query;
  /** Parts of the answer that were sent. */
  parts: number;
}

interface ReplicaState<Query> {
  role: Role;
  term: Term;
  leader: NodeId | null;
  /** The service's time: the last that was seen in the log, and what the leader counted since. */
  timeMs: number;
  /** The time that the last entry carried. */
  carriedMs: number;
  /** The last request to a port below. */
  lastId: number;
  applied: number;
  /** Proposals that are not in the log yet, by their request. */
  proposed: Map<number, Waiting>;
  /** Those that are, by index. */
  waiting: Map<number, Waiting>;
  /** Linearizable queries that came since the log was asked last. */
  batch: Asked<Query>[];
  /** Batches for which the log was asked, by request. */
  reading: Map<number, readonly Asked<Query>[]>;
  /** How many there are in all batches. */
  queries: number;
  /** Queries that the machine is answering, in this step or in parts. */
  asking: Map<number, Asked<Query>>;
  /** Index of the last snapshot that is durable, and of the one that is being made. */
  snapshotAt: number;
  takingAt: number | null;
  /** Chunks of the last snapshot that was made or restored: how large the state is. */
  chunks: number;
  readonly hashes: HashReports;
  commit: number;
  configuration: Configuration;
  /** Operations under way, by request to the log, and where they are in the log, by index. */
  operating: Map<number, { readonly id: number; readonly kind: OperatorAction["kind"] }>;
}

const newReplica = <Query>(): ReplicaState<Query> => ({
  role: "follower",
  term: 0,
  leader: null,
  timeMs: 0,
  carriedMs: 0,
  lastId: 0,
  applied: 0,
  proposed: new Map(),
  waiting: new Map(),
  batch: [],
  reading: new Map(),
  queries: 0,
  asking: new Map(),
  snapshotAt: 0,
  takingAt: null,
  chunks: 0,
  hashes: noReports(),
  commit: 0,
  configuration: { voters: [], votersOutgoing: [], learners: [] },
  operating: new Map(),
});

type Replica<Command, Answer, Query, Result> = {
  provides: ServiceReplica<Command, Answer, Query, Result>;
  uses: {
    log: ReplicatedLog<Entry<Command>, SnapshotChunk>;
    machine: HostedMachine<Command, Answer, Query, Result>;
    peers: Links<HashReport>;
  };
  state: ReplicaState<Query>;
  timers: { count: []; slice: []; part: [id: number] };
};

type Out<Command, Answer, Query, Result> = IO<Replica<Command, Answer, Query, Result>>;

const refuse = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  waiting: Waiting,
  why: Refused<CommandFailure>,
  leader: NodeId | null,
) => {
  const { kind, client } = waiting;
  if (kind === "open") io.up.reply(client, { kind: "open refused", token: waiting.token, why, leader });
  else {
    const { session, sequence } = waiting;
    io.up.reply(client, { kind: "command refused", session, sequence, why, leader });
  }
};

const refuseQuery = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  { client, id }: Asked<Q>,
  why: Refused<QueryFailure>,
  leader: NodeId | null,
) => {
  io.up.reply(client, { kind: "query refused", id, why, leader });
};

const answer = <C, A, Q, R>(io: Out<C, A, Q, R>, waiting: Waiting, end: End<A>, commandsMax: number): void => {
  const { client } = waiting;
  if (end.kind === "refused") refuse(io, waiting, end.why, null);
  else if (end.kind === "opened" && waiting.kind === "open")
    io.up.reply(client, { kind: "opened", token: waiting.token, session: end.session, commandsMax });
  else if (end.kind === "executed" && waiting.kind === "execute") {
    const { session, sequence } = waiting;
    io.up.reply(client, { kind: "executed", session, sequence, end: end.end });
  }
};

/** So many entries weigh about as much as a chunk: some 256 bytes each. */
const entriesPerChunk = 256;
/** A snapshot of so few chunks is no burden. */
const smallChunks = 16;

/**
 * Entries from one snapshot to the next: as many as the last snapshot weighs, or a large state would be written out whole
 * again and again for a few commands.
 */
const entriesToNext = ({ chunks }: { readonly chunks: number }, atLeast: number): number =>
  Math.max(atLeast, chunks <= smallChunks ? 0 : chunks * entriesPerChunk);

/** What a replica does, whatever made it do so. */
const replicaActs = <Command, Answer, Query, Result>(
  { waitingMax, queriesMax }: Pick<ReplicaOptions, "waitingMax" | "queriesMax">,
  rules: ReplicaRules,
) => {
  type S = ReplicaState<Query>;
  type Io = Out<Command, Answer, Query, Result>;

  const act = {
    /** Puts an entry into the log, if this replica leads and has room. */
    propose: (s: S, io: Io, waiting: Waiting, entry: Entry<Command>): void => {
      if (s.role !== "leader") return refuse(io, waiting, "not leader", s.leader);
      if (s.proposed.size + s.waiting.size >= waitingMax) return refuse(io, waiting, "overloaded", null);
      const id = ++s.lastId;
      s.proposed.set(id, waiting);
      io.log.propose(id, entry);
    },

    query: (s: S, io: Io, asked: Asked<Query>, isLinearizable: boolean): void => {
      if (s.queries + s.asking.size >= queriesMax) return refuseQuery(io, asked, "overloaded", null);
      if (!rules.waitsForLog()) return act.ask(s, io, asked);
      if (!isLinearizable) {
        // One that has just started has nothing to show yet; that is older than any state that it showed before.
        if (s.applied === 0 && s.leader === null) return refuseQuery(io, asked, "not leader", null);
        return act.ask(s, io, asked);
      }
      s.queries++;
      s.batch.push(asked);
    },

    /** Lets the machine answer now. */
    ask: (s: S, io: Io, asked: Asked<Query>): void => {
      const id = ++s.lastId;
      s.asking.set(id, asked);
      io.machine.query(id, asked.query);
    },

    /** This replica leads no more: whoever waits here is told, so that nobody waits for an answer that may not come. */
    letGo: (s: S, io: Io): void => {
      const clients = new Set([...s.proposed.values(), ...s.waiting.values()].map(({ client }) => client));
      s.proposed.clear();
      s.waiting.clear();
      for (const client of clients) io.up.reply(client, { kind: "redirect", leader: s.leader });
      io.timers.count.cancel();
    },

    operate: (s: S, io: Io, id: number, operation: OperatorAction): void => {
      const request = ++s.lastId;
      s.operating.set(request, { id, kind: operation.kind });
      if (operation.kind === "transfer") io.log.transferLeadership(request, operation.to);
      else if (operation.kind === "change members") io.log.changeMembers(request, operation.change);
      else {
        const { member, address } = operation;
        io.log.propose(request, { kind: "address", timeMs: s.timeMs, member, address });
      }
    },

    /** An operation has its end. */
    operated: (s: S, io: Io, request: number, refusal: Refusal | null): void => {
      const operation = s.operating.get(request);
      if (operation === undefined) return;
      s.operating.delete(request);
      io.up.operated(operation.id, refusal, s.leader);
    },

    raise: (io: Io, { peer, index, own, peers }: Difference): void => io.up.diverged(index, peer, own, peers),
  };
  return act;
};

/**
 * A replica of a service, above a replicated log: the leader puts the commands of clients into the log and answers them
 * when they had their turn; the others send clients to it. A linearizable query waits until the log says that the state
 * is new enough; a serializable one is answered at once. Replicas tell each other hashes of their states, so that one
 * that strays is noticed. Nothing here is durable: after a crash the log says it all again, from its last snapshot on.
 *
 * Source: Ongaro 2014, Consensus: Bridging Theory and Practice, chapter 6.
 */
export const serviceReplica = <Command, Answer, Query, Result>({
  commandsMax,
  waitingMax,
  queriesMax,
  countMs,
  passMs,
  snapshotEvery,
  tells,
  rules: changed = {},
}: ReplicaOptions): Module<Replica<Command, Answer, Query, Result>> => {
  const act = replicaActs<Command, Answer, Query, Result>({ waitingMax, queriesMax }, { ...replicaRules, ...changed });
  return {
    name: "replica of a service",
    source: "Ongaro 2014, chapter 6",
    marks: ["a batch of queries", "a snapshot"],
    init: newReplica,
    /** All queries that came together are one question to the log. */
    settled(s, io) {
      if (s.batch.length === 0) return;
      if (s.batch.length > 1) io.mark("a batch of queries");
      const id = ++s.lastId;
      s.reading.set(id, s.batch);
      s.batch = [];
      io.log.read(id);
    },
    upon: {
      request: {
        receive(s, io, client, message) {
          if (message.kind === "query")
            return act.query(
              s,
              io,
              { client, id: message.id, query: message.query, parts: 0 },
              message.consistency === "linearizable",
            );
          if (message.kind === "close") {
            if (s.role === "leader")
              io.log.propose(++s.lastId, { kind: "close", timeMs: s.timeMs, session: message.session });
            return;
          }
          const { timeMs } = s;
          if (message.kind === "open")
            return act.propose(
              s,
              io,
              { kind: "open", client, token: message.token, term: 0 },
              { kind: "open", timeMs },
            );
          const { session, sequence, doneBelow, command } = message;
          act.propose(
            s,
            io,
            { kind: "execute", client, session, sequence, term: 0 },
            { kind: "execute", timeMs, session, sequence, doneBelow, command },
          );
        },
        left(s, _io, client) {
          const before = s.batch.length;
          s.batch = s.batch.filter((asked) => asked.client !== client);
          s.queries -= before - s.batch.length;
          for (const [id, asked] of s.asking) if (asked.client === client) s.asking.delete(id);
        },
        askStatus(_s, io) {
          io.machine.askHash();
        },
        operate(s, io, id, operation) {
          act.operate(s, io, id, operation);
        },
      },
      log: {
        appended(s, io, id, index, term) {
          // It may still be lost with its leader; whoever asked looks at the addresses.
          if (s.operating.has(id)) return act.operated(s, io, id, null);
          const waiting = s.proposed.get(id);
          if (waiting === undefined) return;
          s.proposed.delete(id);
          waiting.term = term;
          s.waiting.set(index, waiting);
        },
        refused(s, io, id, reason, leader) {
          if (s.operating.has(id)) return act.operated(s, io, id, reason);
          const waiting = s.proposed.get(id);
          const why = reason === "overloaded" ? "overloaded" : "not leader";
          if (waiting !== undefined) {
            s.proposed.delete(id);
            return refuse(io, waiting, why, leader);
          }
          const batch = s.reading.get(id) ?? [];
          s.reading.delete(id);
          s.queries -= batch.length;
          for (const asked of batch) refuseQuery(io, asked, why, leader);
        },
        committed(s, io, index, term, entry) {
          s.commit = index;
          s.applied = index;
          if (entry === null) return;
          // While it leads nobody else writes its log, and whoever waited was let go when it led no more.
          assert(
            (s.waiting.get(index)?.term ?? term) === term,
            `index ${index} holds what this leader did not put there`,
          );
          s.timeMs = Math.max(s.timeMs, entry.timeMs);
          s.carriedMs = s.timeMs;
          io.machine.apply(index, entry);
        },
        readReady(s, io, id) {
          const batch = s.reading.get(id) ?? [];
          s.reading.delete(id);
          s.queries -= batch.length;
          for (const asked of batch) act.ask(s, io, asked);
        },
        leadership(s, io, role, term, leader) {
          const led = s.role === "leader";
          s.role = role;
          s.term = term;
          s.leader = leader;
          // A transfer is done when another one leads.
          for (const [request, { kind }] of s.operating)
            if (kind === "transfer" && leader !== null && leader !== io.self) act.operated(s, io, request, null);
          if (led && role !== "leader") act.letGo(s, io);
          if (led || role !== "leader") return;
          io.timers.count.set(countMs);
        },
        restored(s, io, index, number, chunk, isLast) {
          if (number === 0) s.takingAt = null;
          s.chunks = number + 1;
          io.machine.restore(index, number, chunk, isLast);
        },
        snapshotSaved(s, _io, index) {
          s.snapshotAt = Math.max(s.snapshotAt, index);
          if (s.takingAt === index) s.takingAt = null;
        },
        membership(s, _io, configuration) {
          s.configuration = configuration;
        },
        membersChanged(s, io, id) {
          act.operated(s, io, id, null);
        },
      },
      machine: {
        applied(s, io, index, entry, end) {
          if (tells && entry.kind === "execute" && end.kind === "executed" && !end.again)
            io.up.applied(index, entry.command, end.end);
          const waiting = s.waiting.get(index);
          if (waiting !== undefined) {
            s.waiting.delete(index);
            answer(io, waiting, end, commandsMax);
          }
          if (s.takingAt !== null || index - s.snapshotAt < entriesToNext(s, snapshotEvery)) return;
          io.mark("a snapshot");
          // More entries may have their turn before the request has: the first slice says where the snapshot stands.
          s.takingAt = index;
          io.machine.snapshot();
          io.timers.slice.set(0);
        },
        hashed(s, io, index, hash) {
          for (const difference of ownHash(s.hashes, index, hash)) act.raise(io, difference);
          for (const peer of membersOf(s.configuration)) if (peer !== io.self) io.peers.send(peer, { index, hash });
        },
        hashNow(s, io, hashedAt, stateHash) {
          const { role, term, leader, applied, commit, configuration, proposed, waiting, snapshotAt, hashes } = s;
          io.up.status({
            role,
            term,
            leader,
            applied,
            commit,
            stateHash,
            hashedAt,
            configuration,
            snapshot: snapshotAt,
            waiting: proposed.size + waiting.size,
            divergedAt: hashes.divergedAt,
          });
        },
        addresses(_s, io, addresses) {
          io.up.addresses(addresses);
        },
        answered(s, io, id, index, end) {
          const asked = s.asking.get(id);
          if (asked === undefined) return io.machine.drop(id);
          const isLast = end.kind !== "answer" || end.isLast;
          if (isLast) s.asking.delete(id);
          // Each part in a step of its own, so that a long answer holds nobody up.
          else io.timers.part.set(0, id);
          if (end.kind !== "answer") return refuseQuery(io, asked, "machine failed", null);
          const { client, id: asks } = asked;
          io.up.reply(client, { kind: "result", id: asks, index, number: asked.parts++, result: end.result, isLast });
        },
        sliced(s, io, index, number, chunk, isLast) {
          if (s.takingAt === null) return io.note("the slice of a snapshot that was given up", index);
          s.takingAt = index;
          s.chunks = number + 1;
          io.log.saveSnapshot(index, number, chunk, isLast);
          if (!isLast) io.timers.slice.set(0);
        },
        restored(s, _io, index, timeMs) {
          s.applied = index;
          s.commit = Math.max(s.commit, index);
          s.snapshotAt = index;
          s.timeMs = Math.max(s.timeMs, timeMs);
          s.carriedMs = s.timeMs;
        },
      },
      peers: {
        deliver(s, io, peer, report) {
          const difference = peerHash(s.hashes, peer, report, s.applied);
          if (difference !== null) act.raise(io, difference);
        },
      },
      timer: {
        /**
         * The leader counts the service's time by this timer and reads no clock: a time in which it was paused, or nobody
         * led, is not counted, since clients could not be heard in it.
         */
        count(s, io) {
          if (s.role !== "leader") return;
          s.timeMs += countMs;
          io.timers.count.set(countMs);
          if (s.timeMs - s.carriedMs < passMs) return;
          s.carriedMs = s.timeMs;
          io.log.propose(++s.lastId, { kind: "pass", timeMs: s.timeMs });
        },
        slice(_s, io) {
          io.machine.slice();
        },
        part(_s, io, id) {
          io.machine.more(id);
        },
      },
    },
  };
};
