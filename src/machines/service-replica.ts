import { assert, type IO, type Links, type Module, type NodeId } from "../model/index.ts";
import { membersOf, type Refusal, type ReplicatedLog } from "../protocols/index.ts";
import { type CommandRun, commandsOf, type End, type Entry, type RunEnd } from "./entry.ts";
import { type Difference, type HashReport, ownHash, peerHash } from "./hash-reports.ts";
import type { HostedMachine } from "./machine-host.ts";
import type { CommandFailure, QueryFailure } from "./outcome.ts";
import type { OperatorAction, ServiceReplica } from "./replica-port.ts";
import {
  type Asked,
  clientsOf,
  entriesOf,
  executeEntry,
  type InParts,
  newReplica,
  type ReplicaState,
  repliesTo,
  type Sent,
  takeBatch,
  type Waiting,
  weightOf,
} from "./replica-state.ts";
import type { Refused, ToReplica } from "./service-messages.ts";
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
  /** So many entries from one snapshot to the next, where one with commands counts as many as it has. */
  readonly snapshotEvery: number;
  /** Whether it tells of every command that had its turn. */
  readonly tells: boolean;
  /** What the machine's `setting` is here. */
  readonly setting?: number | undefined;
  readonly rules?: Partial<ReplicaRules>;
}

type Replica<Command, Answer, Query, Result> = {
  provides: ServiceReplica<Command, Answer, Query, Result>;
  uses: {
    log: ReplicatedLog<Entry, SnapshotChunk>;
    machine: HostedMachine<Answer, Query, Result>;
    peers: Links<HashReport>;
  };
  state: ReplicaState<Query>;
  timers: { count: []; slice: []; part: [id: number] };
};

type Out<Command, Answer, Query, Result> = IO<Replica<Command, Answer, Query, Result>>;

const refuseRun = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  { client, run }: Sent,
  why: Refused<CommandFailure>,
  leader: NodeId | null,
): void => {
  const { session, first, count } = run;
  io.up.reply(client, { kind: "commands refused", session, first, count, why, leader });
};

const refuse = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  waiting: Waiting,
  why: Refused<CommandFailure>,
  leader: NodeId | null,
): void => {
  if (waiting.kind === "execute") for (const sent of waiting.sent) refuseRun(io, sent, why, leader);
  else io.up.reply(waiting.client, { kind: "open refused", token: waiting.token, why, leader });
};

const refuseQueries = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  client: number,
  ids: readonly number[],
  why: Refused<QueryFailure>,
  leader: NodeId | null,
): void => io.up.reply(client, { kind: "queries refused", ids, why, leader });

const answer = <C, A, Q, R>(io: Out<C, A, Q, R>, waiting: Waiting, end: End<A>, commandsMax: number): void => {
  if (end.kind === "refused") refuse(io, waiting, end.why, null);
  else if (end.kind === "opened" && waiting.kind === "open")
    io.up.reply(waiting.client, { kind: "opened", token: waiting.token, session: end.session, commandsMax });
  else if (end.kind === "executed" && waiting.kind === "execute")
    end.runs.forEach(({ ends }, at) => {
      const { client, run } = waiting.sent[at]!;
      io.up.reply(client, { kind: "executed", session: run.session, first: run.first, ends });
    });
};

/** Says of every command that had its turn now what came of it. */
const tell = <C, A, Q, R>(
  io: Out<C, A, Q, R>,
  index: number,
  runs: readonly CommandRun[],
  ends: readonly RunEnd<A>[],
): void => {
  let place = 0;
  runs.forEach((run, at) => {
    const commands = commandsOf<C>(run) ?? [];
    const { ends: all, again } = ends[at]!;
    all.forEach((end, number) => {
      if (end.kind !== "refused" && !again.includes(number))
        io.up.applied(index, place + number, commands[number]!, end);
    });
    place += run.count;
  });
};

const seeksLeader = (message: ToReplica<unknown>): boolean =>
  message.kind !== "close" && (message.kind !== "query" || message.consistency === "linearizable");

/** So many commands weigh about as much as a chunk, at some 256 bytes each: the log is in memory too. */
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
  { waitingMax, queriesMax, setting }: Pick<ReplicaOptions, "waitingMax" | "queriesMax" | "setting">,
  rules: ReplicaRules,
) => {
  type S = ReplicaState<Query>;
  type Io = Out<Command, Answer, Query, Result>;

  const act = {
    /** Commands wait until no more input is at hand. */
    receive: (s: S, io: Io, client: number, run: CommandRun): void => {
      if (s.role !== "leader") return refuseRun(io, { client, run }, "not leader", s.leader);
      if (s.isFull) return refuseRun(io, { client, run }, "disk full", null);
      if (s.commands + run.count > waitingMax) return refuseRun(io, { client, run }, "overloaded", null);
      s.commands += run.count;
      s.sent.push({ client, run });
    },

    /** What came together goes into the log together. */
    proposeSent: (s: S, io: Io): void => {
      const { sent, timeMs } = s;
      if (sent.length === 0) return;
      s.sent = [];
      if (sent.length > 1) io.mark("a batch of commands");
      for (const some of entriesOf(sent)) {
        const entry = executeEntry(timeMs, some, setting);
        act.propose(s, io, { kind: "execute", sent: some, commands: weightOf(entry), term: 0 }, entry);
      }
    },

    open: (s: S, io: Io, client: number, token: number): void => {
      const waiting: Waiting = { kind: "open", client, token, term: 0 };
      if (s.proposed.size + s.waiting.size >= waitingMax) return refuse(io, waiting, "overloaded", null);
      act.propose(s, io, waiting, { kind: "open", timeMs: s.timeMs });
    },

    /** Puts an entry into the log, if this replica leads. */
    propose: (s: S, io: Io, waiting: Waiting, entry: Entry): void => {
      if (s.role !== "leader") return act.refused(s, io, waiting, "not leader", s.leader);
      const id = ++s.lastId;
      s.proposed.set(id, waiting);
      io.log.propose(id, entry);
    },

    refused: (s: S, io: Io, waiting: Waiting, why: Refused<CommandFailure>, leader: NodeId | null): void => {
      if (waiting.kind === "execute") s.commands -= waiting.commands;
      refuse(io, waiting, why, leader);
    },

    query: (s: S, io: Io, asked: Asked<Query>, isLinearizable: boolean): void => {
      const { client, ids } = asked;
      if (s.queries + s.inParts.size + ids.length > queriesMax)
        return refuseQueries(io, client, ids, "overloaded", null);
      if (!rules.waitsForLog()) return act.ask(s, io, asked);
      if (!isLinearizable) {
        // One that has just started has nothing to show yet; that is older than any state that it showed before.
        if (s.applied === 0 && s.leader === null) return refuseQueries(io, client, ids, "not leader", null);
        return act.ask(s, io, asked);
      }
      s.queries += ids.length;
      s.batch.push(asked);
    },

    /** Lets the machine answer now. */
    ask: (s: S, io: Io, asked: Asked<Query>): void => {
      const first = s.lastId + 1;
      s.lastId += asked.ids.length;
      s.asking.set(first, asked);
      io.machine.query(first, asked.queries);
    },

    /** The next part of an answer is to be made: in a step of its own, so that a long answer holds nobody up. */
    goOn: (s: S, io: Io, number: number, inParts: InParts): void => {
      s.inParts.set(number, inParts);
      io.timers.part.set(0, number);
    },

    /** This replica leads no more: whoever waits here is told, so that nobody waits for an answer that may not come. */
    letGo: (s: S, io: Io): void => {
      const clients = new Set([...s.proposed.values(), ...s.waiting.values()].flatMap(clientsOf));
      s.proposed.clear();
      s.waiting.clear();
      s.commands = s.sent.reduce((sum, { run }) => sum + run.count, 0);
      for (const client of clients) io.up.reply(client, { kind: "redirect", leader: s.leader });
      io.timers.count.cancel();
    },

    /** Somebody leads: who asked before that need not wait until it tries again. */
    tellSeekers: (s: S, io: Io, leader: NodeId): void => {
      for (const client of s.seeking) io.up.reply(client, { kind: "redirect", leader });
      s.seeking.clear();
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
  setting,
  rules: changed = {},
}: ReplicaOptions): Module<Replica<Command, Answer, Query, Result>> => {
  const limits = { waitingMax, queriesMax, setting };
  const act = replicaActs<Command, Answer, Query, Result>(limits, { ...replicaRules, ...changed });
  return {
    name: "replica of a service",
    source: "Ongaro 2014, chapter 6",
    marks: ["a batch of commands", "a batch of queries", "a snapshot"],
    init: newReplica,
    /** Commands that came together are one entry, all queries that came together are one question to the log. */
    settled(s, io) {
      act.proposeSent(s, io);
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
          if (s.role !== "leader" && seeksLeader(message)) s.seeking.add(client);
          if (message.kind === "execute") act.receive(s, io, client, message.run);
          else if (message.kind === "query") {
            const { ids, queries, consistency } = message;
            act.query(s, io, { client, ids, queries }, consistency === "linearizable");
          } else if (message.kind === "open") act.open(s, io, client, message.token);
          else if (s.role === "leader") {
            // What was sent before it is to have its turn before it.
            act.proposeSent(s, io);
            io.log.propose(++s.lastId, { kind: "close", timeMs: s.timeMs, session: message.session });
          }
        },
        left(s, _io, client) {
          s.seeking.delete(client);
          for (const asked of s.batch) if (asked.client === client) s.queries -= asked.ids.length;
          s.batch = s.batch.filter((asked) => asked.client !== client);
          for (const [number, one] of s.inParts) if (one.client === client) s.inParts.delete(number);
        },
        askStatus(_s, io) {
          io.machine.askHash();
        },
        takeCommands(s, _io, takes) {
          s.isFull = !takes;
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
            return act.refused(s, io, waiting, why, leader);
          }
          for (const { client, ids } of takeBatch(s, id)) refuseQueries(io, client, ids, why, leader);
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
          for (const asked of takeBatch(s, id)) act.ask(s, io, asked);
        },
        leadership(s, io, role, term, leader) {
          const led = s.role === "leader";
          const isNew = leader !== null && leader !== s.leader;
          s.role = role;
          s.term = term;
          s.leader = leader;
          // A transfer is done when another one leads.
          for (const [request, { kind }] of s.operating)
            if (kind === "transfer" && leader !== null && leader !== io.self) act.operated(s, io, request, null);
          if (led && role !== "leader") act.letGo(s, io);
          if (isNew) act.tellSeekers(s, io, leader);
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
          if (tells && entry.kind === "execute" && end.kind === "executed") tell(io, index, entry.runs, end.runs);
          const waiting = s.waiting.get(index);
          if (waiting !== undefined) {
            s.waiting.delete(index);
            if (waiting.kind === "execute") s.commands -= waiting.commands;
            answer(io, waiting, end, commandsMax);
          }
          s.weight += weightOf(entry);
          if (s.takingAt !== null || s.weight - s.snapshotWeight < entriesToNext(s, snapshotEvery)) return;
          io.mark("a snapshot");
          // More entries may have their turn before the request has: the first slice says where the snapshot stands.
          s.takingAt = index;
          s.snapshotWeight = s.weight;
          io.machine.snapshot();
          io.timers.slice.set(0);
        },
        hashed(s, io, index, hash) {
          for (const difference of ownHash(s.hashes, index, hash)) act.raise(io, difference);
          for (const peer of membersOf(s.configuration)) if (peer !== io.self) io.peers.send(peer, { index, hash });
        },
        hashNow(s, io, hashedAt, { hash: stateHash, fault: stateFault }) {
          const { role, term, leader, applied, commit, configuration, commands, snapshotAt, hashes } = s;
          io.up.status({
            role,
            term,
            leader,
            applied,
            commit,
            stateHash,
            stateFault,
            hashedAt,
            configuration,
            snapshot: snapshotAt,
            waiting: commands,
            divergedAt: hashes.divergedAt,
          });
        },
        addresses(_s, io, addresses) {
          io.up.addresses(addresses);
        },
        answered(s, io, first, index, answers) {
          const asked = s.asking.get(first)!;
          s.asking.delete(first);
          const { client, ids } = asked;
          for (const message of repliesTo(asked, index, answers)) io.up.reply(client, message);
          answers.forEach((answer, at) => {
            if (answer.kind === "answer" && !answer.isLast)
              act.goOn(s, io, first + at, { client, id: ids[at]!, parts: 1 });
          });
        },
        further(s, io, number, index, answer) {
          const one = s.inParts.get(number);
          if (one === undefined) return io.machine.drop(number);
          const { client, id, parts } = one;
          const isLast = answer.kind !== "answer" || answer.isLast;
          if (isLast) s.inParts.delete(number);
          else act.goOn(s, io, number, { client, id, parts: parts + 1 });
          if (answer.kind !== "answer") return refuseQueries(io, client, [id], "machine failed", null);
          io.up.reply(client, { kind: "part", id, index, number: parts, result: answer.result, isLast });
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
          s.snapshotWeight = s.weight;
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
