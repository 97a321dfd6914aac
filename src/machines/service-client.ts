import {
  assert,
  type Delay,
  encodeCompact,
  type IO,
  type Module,
  type NodeId,
  type Port,
  type Sessions,
} from "../model/index.ts";
import {
  type Asked,
  type ClientState,
  type Command,
  callOf,
  commandBytesMax,
  doneBelow,
  forgetSession,
  isTooLarge,
  messagesOf,
  newClient,
  runBytesMax,
  runsOf,
} from "./client-state.ts";
import type { CommandEnd } from "./entry.ts";
import type { CommandFailure, CommandOutcome, Happened, QueryFailure, QueryOutcome } from "./outcome.ts";
import { plainBytes } from "./plain-bytes.ts";
import type { Consistency, Refused, ServiceMessage, ToClient, ToReplica } from "./service-messages.ts";

/** A replicated service as its user sees it. A call is a number of the user's own, unique among its open calls. */
export interface Service<Command, Answer, Query, Result> extends Port {
  readonly requests: {
    /** The command takes effect once at most, and its end is told. */
    readonly execute: (call: number, command: Command) => void;
    /** Asks without changing anything. */
    readonly query: (call: number, query: Query, consistency: Consistency) => void;
    /** Whoever made this call wants its end no longer: it is told now. What was sent may take effect all the same. */
    readonly cancel: (call: number) => void;
    /** No more commands are to come: the replicas need not remember this client until its session expires. */
    readonly leave: () => void;
  };
  readonly indications: {
    /** The end of a command. */
    readonly outcome: (call: number, outcome: CommandOutcome<Answer>) => void;
    /** The end of a query. */
    readonly result: (call: number, outcome: QueryOutcome<Result>) => void;
  };
}

/** The decisions of a client that can be wrong by themselves. */
export interface ServiceClientRules {
  /** The number under which a command is sent again. */
  readonly sequenceAgain: (sequence: number, next: () => number) => number;
  /** Whether a command that was refused for its session may be sent in a new one, so many copies of it being at large. */
  readonly mayMove: (copiesAtLarge: number) => boolean;
  /** Whether a command that got no answer in time certainly was not applied, so many copies of it being at large. */
  readonly isCertain: (copiesAtLarge: number) => boolean;
}

const serviceClientRules: ServiceClientRules = {
  sequenceAgain: (sequence) => sequence,
  mayMove: (copiesAtLarge) => copiesAtLarge === 0,
  isCertain: (copiesAtLarge) => copiesAtLarge === 0,
};

/** Whom a client asks, and how patiently. */
export interface ServiceClientOptions<Result = unknown> {
  readonly servers: readonly NodeId[];
  /** Milliseconds after which a call ends without an answer, to the next tick of `retryMs`. */
  readonly timeoutMs: number;
  /** Milliseconds without any answer after which the next replica is asked, and between two tries where none leads. */
  readonly retryMs: Delay;
  /** Whether queries go to all replicas in turn, and not to the leader alone: more of them, and later answers. */
  readonly spreadsQueries?: boolean;
  /**
   * So many commands do not wait for more that may come in the same turn: the replicas begin with them while their user
   * makes more. 256 when absent: runs of fewer cost the replicas more than the time that they win.
   */
  readonly togetherMax?: number;
  /** The answer that parts make, where the machine answers in parts. */
  readonly join?: (parts: readonly Result[]) => Result;
  readonly rules?: Partial<ServiceClientRules>;
}

type Client<C, A, Q, R> = {
  provides: Service<C, A, Q, R>;
  uses: { servers: Sessions<ServiceMessage<A, Q, R>> };
  state: ClientState<C, Q>;
  timers: { tick: [] };
};

/** What a client does, whatever made it do so. */
const clientActs = <C, A, Q, R>(
  servers: readonly NodeId[],
  rules: ServiceClientRules,
  retryMs: Delay,
  join: (parts: readonly R[]) => R,
) => {
  type S = ClientState<C, Q>;
  type Io = IO<Client<C, A, Q, R>>;

  const act = {
    send: (s: S, io: Io, message: ToReplica<Q>): void => {
      if (s.target !== null) io.servers.send(s.target, message);
    },

    openSession: (s: S, io: Io): void => {
      s.opening = ++s.lastToken;
      act.send(s, io, { kind: "open", token: s.opening });
    },

    /** Sends commands that have numbers. */
    sendCommands: (s: S, io: Io, commands: readonly Command<C>[]): void => {
      // A copy that cannot leave is none.
      if (s.target === null) return;
      for (const run of runsOf(commands)) act.sendRun(s, io, run);
    },

    sendRun: (s: S, io: Io, run: readonly Command<C>[]): void => {
      const commands = encodeCompact(
        run.map(({ command }) => command),
        "commands",
      );
      if (commands.length > runBytesMax && run.length > 1) {
        const middle = run.length >>> 1;
        act.sendRun(s, io, run.slice(0, middle));
        return act.sendRun(s, io, run.slice(middle));
      }
      // A replica would end the connection, and the next one too: it would look as if nobody answered.
      if (commands.length > commandBytesMax) return act.fail(s, io, run[0]!.call, "too large", "no");
      for (const command of run) command.copiesAtLarge++;
      const [{ session: inSession, sequence: first }] = run as [Command<C>];
      const session = inSession!;
      act.send(s, io, {
        kind: "execute",
        run: { session, doneBelow: doneBelow(s, session), first, count: run.length, commands },
      });
    },

    /** Gives numbers to commands that have none, as far as the session has room, and sends them. */
    sendNew: (s: S, io: Io): void => {
      const { session, unsent } = s;
      if (session === null) {
        if (s.opening === 0 && unsent.length > 0) act.openSession(s, io);
        return;
      }
      const fresh: Command<C>[] = [];
      let taken = 0;
      for (; taken < unsent.length; taken++) {
        if (session.next - doneBelow(s, session.id) >= session.commandsMax) break;
        const call = unsent[taken]!;
        const command = s.commands.get(call);
        if (command === undefined) continue;
        command.session = session.id;
        command.sequence = session.next++;
        s.calls.set(command.sequence, call);
        fresh.push(command);
      }
      if (taken > 0) unsent.splice(0, taken);
      act.sendCommands(s, io, fresh);
    },

    /** The query leaves with the next message to a server. */
    ask: (s: S, asked: Asked<Q>, server: NodeId | null): void => {
      asked.server = server;
      if (server !== null) s.toAsk.push(asked);
    },

    /** Queries that came together go together. */
    sendQueries: (s: S, io: Io): void => {
      const { toAsk } = s;
      s.toAsk = [];
      for (const { server, message } of messagesOf(toAsk)) if (server !== null) io.servers.send(server, message);
    },

    /** Sends all that is open to the target; also in a session that is over, to hear so from the replicas. */
    sendAll: (s: S, io: Io): void => {
      if (s.target === null) return;
      const { session } = s;
      if (session === null && s.unsent.length > 0) act.openSession(s, io);
      const again: Command<C>[] = [];
      for (const [call, command] of s.commands) {
        if (command.session === null) continue;
        const { sequence } = command;
        const number = command.session === session?.id ? rules.sequenceAgain(sequence, () => session.next++) : sequence;
        if (number !== sequence) {
          s.calls.delete(sequence);
          command.sequence = number;
          s.calls.set(number, call);
        }
        again.push(command);
      }
      act.sendCommands(s, io, again);
      s.toAsk = [];
      for (const asked of s.queries.values()) act.ask(s, asked, s.target);
    },

    /** What was refused for lack of room is sent again, and what another server than the target left unanswered. */
    sendRefused: (s: S, io: Io): void => {
      const refused = [...s.commands.values()].filter(
        ({ session, copiesAtLarge }) => session !== null && copiesAtLarge === 0,
      );
      act.sendCommands(s, io, refused);
      for (const asked of s.queries.values())
        if (asked.why === "overloaded" || asked.server !== s.target) act.ask(s, asked, s.target);
    },

    retarget: (s: S, io: Io, target: NodeId | null): void => {
      s.target = target;
      s.heard = true;
      act.sendAll(s, io);
    },

    /** The one after the present target, among those that can be reached. */
    nextServer: ({ connected, target }: S): NodeId | null => {
      if (connected.length === 0) return null;
      const order = servers.filter((server) => connected.includes(server));
      return order.find((server) => target !== null && server > target) ?? order[0] ?? null;
    },

    tick: (s: S, io: Io): void => {
      if (s.ticking) return;
      s.ticking = true;
      io.timers.tick.set(retryMs);
    },

    follow: (s: S, io: Io, from: NodeId, leader: NodeId | null): void => {
      // A server that was left says so often; the one that is asked now counts.
      if (from !== s.target) return;
      if (leader !== null && leader !== from && s.connected.includes(leader)) act.retarget(s, io, leader);
      // Where nobody leads, or the leader cannot be reached, the next tick tries another one.
      else s.heard = false;
    },

    endCommand: (s: S, io: Io, call: number, outcome: CommandOutcome<A>): void => {
      const command = s.commands.get(call)!;
      s.commands.delete(call);
      if (command.session === s.session?.id) s.calls.delete(command.sequence);
      command.command = null;
      io.up.outcome(call, outcome);
    },

    fail: (s: S, io: Io, call: number, why: CommandFailure, happened: Happened): void =>
      act.endCommand(s, io, call, { kind: "failed", why, happened }),

    cancel: (s: S, io: Io, call: number): void => {
      const command = s.commands.get(call);
      if (command !== undefined)
        act.fail(s, io, call, "cancelled", rules.isCertain(command.copiesAtLarge) ? "no" : "maybe");
      else if (s.queries.delete(call)) {
        s.toAsk = s.toAsk.filter((asked) => asked.call !== call);
        io.up.result(call, { kind: "failed", why: "cancelled" });
      }
    },

    /** A copy of a command was refused where it should have had its turn, or on its way there. */
    refused: (s: S, io: Io, from: NodeId, call: number, why: Refused<CommandFailure>, leader: NodeId | null): void => {
      const command = s.commands.get(call)!;
      command.copiesAtLarge--;
      if (why === "not leader") return act.follow(s, io, from, leader);
      if (why === "overloaded" || why === "too many commands") {
        command.why = why;
        return;
      }
      if (why === "disk full") {
        // Nobody knows when there will be space: who asks is told now, unless another copy may have got through.
        command.why = why;
        if (rules.isCertain(command.copiesAtLarge)) act.fail(s, io, call, why, "no");
        return;
      }
      if (why === "answer forgotten") return act.fail(s, io, call, why, "yes");
      if (why === "malformed") return act.fail(s, io, call, why, command.copiesAtLarge === 0 ? "no" : "maybe");
      forgetSession(s, command.session!);
      if (!rules.mayMove(command.copiesAtLarge)) return act.fail(s, io, call, why, "maybe");
      io.mark("a command moves to a new session");
      command.session = null;
      s.unsent.push(call);
    },

    /** What came of a command. */
    takeEnd: (s: S, io: Io, from: NodeId, session: number, sequence: number, end: CommandEnd<A>): void => {
      const call = callOf(s, session, sequence);
      if (call === undefined) return io.note("an answer that nobody waits for");
      if (end.kind === "answer") act.endCommand(s, io, call, { kind: "answer", answer: end.answer });
      else if (end.kind === "refused") act.refused(s, io, from, call, end.why, null);
      else act.fail(s, io, call, "machine failed", "maybe");
    },

    queryRefused: (
      s: S,
      io: Io,
      from: NodeId,
      call: number,
      why: Refused<QueryFailure>,
      leader: NodeId | null,
    ): void => {
      const asked = s.queries.get(call);
      if (asked === undefined) return;
      if (why === "not leader" && from !== s.target) return act.ask(s, asked, s.target);
      if (why === "not leader") return act.follow(s, io, from, leader);
      if (why === "overloaded") asked.why = why;
      else {
        s.queries.delete(call);
        io.up.result(call, { kind: "failed", why });
      }
    },

    /** A whole answer. */
    takeResult: (s: S, io: Io, call: number, result: R, index: number): void => {
      if (!s.queries.delete(call)) return io.note("an answer that nobody waits for");
      io.up.result(call, { kind: "answer", result, index });
    },

    /** A part of an answer. Those that another server sends, which was asked before, are not of one state with them. */
    takePart: (s: S, io: Io, from: NodeId, part: ToClient<A, R> & { readonly kind: "part" }): void => {
      const asked = s.queries.get(part.id);
      if (asked === undefined) return io.note("an answer that nobody waits for");
      if (from !== asked.server) return io.note("a part of an answer of a server that was left", from);
      if (part.number === 0) asked.parts = [];
      if (part.number !== asked.parts.length) return io.note("a part that does not follow", part.number);
      asked.parts.push(part.result);
      if (part.isLast) act.takeResult(s, io, part.id, join(asked.parts as R[]), part.index);
    },

    /** Whether something ran out of time; what came first is due first. */
    endLate: (s: S, io: Io): void => {
      for (const [call, { dueTick, copiesAtLarge, why }] of s.commands) {
        if (dueTick > s.ticks) break;
        act.fail(s, io, call, why, rules.isCertain(copiesAtLarge) ? "no" : "maybe");
      }
      for (const [call, { dueTick, why }] of s.queries) {
        if (dueTick > s.ticks) break;
        s.queries.delete(call);
        io.up.result(call, { kind: "failed", why });
      }
    },
  };
  return act;
};

/** Without a way to join them, parts are no answer: the first one alone would look like the whole. */
const onlyPart = <R>(parts: readonly R[]): R => {
  assert(parts.length === 1, `an answer in ${parts.length} parts, and this client was not told how to join them`);
  return parts[0]!;
};

/**
 * The client's own side of a replicated service: it keeps a session, finds the leader, sends again what was not answered,
 * and says of every failure whether the command took effect. A command keeps its number however often it is sent, so it
 * is applied once at most. When a session has expired, commands that certainly were not applied move to a new one; the
 * others fail, since the replicas have forgotten whether they were.
 *
 * Source: Ongaro 2014, Consensus: Bridging Theory and Practice, section 6.3.
 */
export const serviceClient = <C, A, Q, R>({
  servers,
  timeoutMs,
  retryMs,
  spreadsQueries = false,
  togetherMax = 256,
  join = onlyPart,
  rules: changed = {},
}: ServiceClientOptions<R>): Module<Client<C, A, Q, R>> => {
  const tickMs = typeof retryMs === "number" ? retryMs : (retryMs.from + retryMs.to) / 2;
  // One more, since the first tick may come at once.
  const timeoutTicks = 1 + Math.ceil(timeoutMs / tickMs);
  const act = clientActs<C, A, Q, R>(servers, { ...serviceClientRules, ...changed }, retryMs, join);
  return {
    name: "client of a service",
    source: "Ongaro 2014, 6.3",
    marks: ["a command moves to a new session", "another server is asked"],
    init: newClient,
    /** What came together leaves together. */
    settled(s, io) {
      act.sendNew(s, io);
      act.sendQueries(s, io);
    },
    upon: {
      request: {
        execute(s, io, call, command) {
          const dueTick = s.ticks + timeoutTicks;
          s.commands.set(call, {
            call,
            command,
            dueTick,
            session: null,
            sequence: 0,
            copiesAtLarge: 0,
            why: "timeout",
          });
          s.unsent.push(call);
          if (s.unsent.length >= togetherMax && s.session !== null) act.sendNew(s, io);
          act.tick(s, io);
        },
        query(s, io, call, query, consistency) {
          const bytes = plainBytes(query);
          // A replica would end the connection, and the next one too: it would look as if nobody answered.
          if (isTooLarge(query, bytes)) return io.up.result(call, { kind: "failed", why: "too large" });
          const dueTick = s.ticks + timeoutTicks;
          const asked: Asked<Q> = { call, query, bytes, consistency, dueTick, server: null, why: "timeout", parts: [] };
          s.queries.set(call, asked);
          const server = spreadsQueries ? (s.connected[call % s.connected.length] ?? null) : s.target;
          act.ask(s, asked, server);
          act.tick(s, io);
        },
        cancel(s, io, call) {
          act.cancel(s, io, call);
        },
        leave(s, io) {
          if (s.session === null) return;
          if (s.commands.size > 0) return io.note("commands are open: the session stays");
          act.send(s, io, { kind: "close", session: s.session.id });
          forgetSession(s, s.session.id);
        },
      },
      servers: {
        opened(s, io, server) {
          if (!servers.includes(server)) return;
          if (!s.connected.includes(server)) s.connected.push(server);
          if (s.target === null || s.target === server) act.retarget(s, io, server);
        },
        ended(s, io, server) {
          s.connected = s.connected.filter((other) => other !== server);
          if (s.target === server) act.retarget(s, io, act.nextServer(s));
          for (const asked of s.queries.values()) if (asked.server === server) act.ask(s, asked, s.target);
        },
        deliver(s, io, from, message) {
          if (from === s.target) s.heard = true;
          if (message.kind === "opened") {
            if (message.token !== s.opening) return io.note("a session that nobody waits for", message.session);
            s.opening = 0;
            s.session = { id: message.session, commandsMax: message.commandsMax, next: 0 };
          } else if (message.kind === "open refused") {
            if (message.token !== s.opening) return;
            if (message.why === "not leader") return act.follow(s, io, from, message.leader);
            s.heard = false;
            for (const command of s.commands.values()) if (command.session === null) command.why = message.why;
          } else if (message.kind === "executed") {
            const { session, first, ends } = message;
            for (let at = 0; at < ends.length; at++) act.takeEnd(s, io, from, session, first + at, ends[at]!);
          } else if (message.kind === "commands refused") {
            const { session, first, count, why, leader } = message;
            for (let sequence = first; sequence < first + count; sequence++) {
              const call = callOf(s, session, sequence);
              if (call !== undefined) act.refused(s, io, from, call, why, leader);
            }
          } else if (message.kind === "redirect") {
            // It refused for want of a leader, and is the leader now.
            if (from === message.leader && from === s.target) act.retarget(s, io, from);
            else act.follow(s, io, from, message.leader);
          } else if (message.kind === "results") {
            const { index, ids, results } = message;
            for (let at = 0; at < ids.length; at++) act.takeResult(s, io, ids[at]!, results[at]!, index);
          } else if (message.kind === "part") act.takePart(s, io, from, message);
          else if (message.kind === "queries refused") {
            const { ids, why, leader } = message;
            for (const id of ids) act.queryRefused(s, io, from, id, why, leader);
          } else io.note("not for a client");
        },
      },
      timer: {
        tick(s, io) {
          s.ticking = false;
          s.ticks++;
          act.endLate(s, io);
          if (s.commands.size === 0 && s.queries.size === 0) return;
          if (!s.heard) {
            io.mark("another server is asked");
            act.retarget(s, io, act.nextServer(s));
          } else act.sendRefused(s, io);
          s.heard = false;
          act.tick(s, io);
        },
      },
    },
  };
};
