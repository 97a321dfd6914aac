import { assert, type Delay, type IO, type Module, type NodeId, type Port, type Sessions } from "../model/index.ts";
import type { CommandFailure, CommandOutcome, Happened, QueryFailure, QueryOutcome } from "./outcome.ts";
import type { Consistency, Refused, ServiceMessage, ToClient, ToReplica } from "./service-messages.ts";

/** A replicated service as its user sees it. A call is a number of the user's own, unique among its open calls. */
export interface Service<Command, Answer, Query, Result> extends Port {
  readonly requests: {
    /** The command takes effect once at most, and its end is told. */
    readonly execute: (call: number, command: Command) => void;
    /** Asks without changing anything. */
    readonly query: (call: number, query: Query, consistency: Consistency) => void;
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
  /** The answer that parts make, where the machine answers in parts. */
  readonly join?: (parts: readonly Result[]) => Result;
  readonly rules?: Partial<ServiceClientRules>;
}

/** A session with the service; it outlives connections, crashes of replicas and changes of leader. */
interface Open {
  readonly id: number;
  readonly commandsMax: number;
  /** The number of the next command. */
  next: number;
}

interface Command<C> {
  readonly command: C;
  /** The tick at which it ends without an answer. */
  readonly dueTick: number;
  /** The session and the number under which it is sent; null before it is sent first. */
  session: number | null;
  sequence: number;
  /** Copies of which nobody said that they will not be applied. */
  copiesAtLarge: number;
  /** Why it was refused last. */
  why: CommandFailure;
}

interface Asked<Q> {
  readonly query: Q;
  readonly consistency: Consistency;
  readonly dueTick: number;
  /** The one that was asked last. */
  server: NodeId | null;
  why: QueryFailure;
  /** Parts of the answer that came, of one replica and of one of its states. */
  parts: unknown[];
}

interface ClientState<C, Q> {
  /** Servers that can be reached. */
  connected: NodeId[];
  /** The one that is asked: the leader, as far as is known. */
  target: NodeId | null;
  session: Open | null;
  /** Of the request for a session that is under way; 0 when there is none. */
  opening: number;
  lastToken: number;
  /** Open commands, in the order in which they came. */
  commands: Map<number, Command<C>>;
  /** Calls of commands that have no number yet, in order; those that ended meanwhile may be among them. */
  unsent: number[];
  /** Calls of the others, by number in the present session. */
  calls: Map<number, number>;
  queries: Map<number, Asked<Q>>;
  /** Something was heard of the target since the last look. */
  heard: boolean;
  ticking: boolean;
  /** How often it looked: its measure of time, which needs no clock. */
  ticks: number;
}

const newClient = <C, Q>(): ClientState<C, Q> => ({
  connected: [],
  target: null,
  session: null,
  opening: 0,
  lastToken: 0,
  commands: new Map(),
  unsent: [],
  calls: new Map(),
  queries: new Map(),
  heard: false,
  ticking: false,
  ticks: 0,
});

type Client<C, A, Q, R> = {
  provides: Service<C, A, Q, R>;
  uses: { servers: Sessions<ServiceMessage<C, A, Q, R>> };
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
    send: (s: S, io: Io, message: ToReplica<C, Q>): void => {
      if (s.target !== null) io.servers.send(s.target, message);
    },

    openSession: (s: S, io: Io): void => {
      s.opening = ++s.lastToken;
      act.send(s, io, { kind: "open", token: s.opening });
    },

    /**
     * The number below which every command of a session has its end. Numbers are given in ascending order, so the first
     * that is open is the smallest; the commands themselves stand in the order in which they came, and one that moved
     * here from another session may have a larger number than one that came after it.
     */
    doneBelow: (s: S, session: number): number => {
      if (s.session?.id !== session) return 0;
      const [first] = s.calls.keys();
      return first ?? s.session.next;
    },

    sendCommand: (s: S, io: Io, session: number, command: Command<C>): void => {
      // A copy that cannot leave is none.
      if (s.target === null) return;
      command.copiesAtLarge++;
      const { sequence } = command;
      const doneBelow = act.doneBelow(s, session);
      act.send(s, io, { kind: "execute", session, sequence, doneBelow, command: command.command });
    },

    /** Gives numbers to commands that have none, as far as the session has room, and sends them. */
    sendNew: (s: S, io: Io): void => {
      const { session, unsent } = s;
      if (session === null) {
        if (s.opening === 0 && unsent.length > 0) act.openSession(s, io);
        return;
      }
      while (unsent.length > 0 && session.next - act.doneBelow(s, session.id) < session.commandsMax) {
        const call = unsent.shift()!;
        const command = s.commands.get(call);
        if (command === undefined) continue;
        command.session = session.id;
        command.sequence = session.next++;
        s.calls.set(command.sequence, call);
        act.sendCommand(s, io, session.id, command);
      }
    },

    ask: (io: Io, id: number, asked: Asked<Q>, server: NodeId | null): void => {
      asked.server = server;
      const { query, consistency } = asked;
      if (server !== null) io.servers.send(server, { kind: "query", id, query, consistency });
    },

    /** Sends all that is open to the target; also in a session that is over, to hear so from the replicas. */
    sendAll: (s: S, io: Io): void => {
      if (s.target === null) return;
      const { session } = s;
      if (session === null && s.unsent.length > 0) act.openSession(s, io);
      for (const [call, command] of s.commands) {
        if (command.session === null) continue;
        const { sequence } = command;
        const again = command.session === session?.id ? rules.sequenceAgain(sequence, () => session.next++) : sequence;
        if (again !== sequence) {
          s.calls.delete(sequence);
          command.sequence = again;
          s.calls.set(again, call);
        }
        act.sendCommand(s, io, command.session, command);
      }
      act.sendNew(s, io);
      for (const [id, asked] of s.queries) act.ask(io, id, asked, s.target);
    },

    /** What was refused for lack of room is sent again, and what another server than the target left unanswered. */
    sendRefused: (s: S, io: Io): void => {
      for (const command of s.commands.values())
        if (command.session !== null && command.copiesAtLarge === 0) act.sendCommand(s, io, command.session, command);
      for (const [id, asked] of s.queries)
        if (asked.why === "overloaded" || asked.server !== s.target) act.ask(io, id, asked, s.target);
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
      io.up.outcome(call, outcome);
      act.sendNew(s, io);
    },

    fail: (s: S, io: Io, call: number, why: CommandFailure, happened: Happened): void =>
      act.endCommand(s, io, call, { kind: "failed", why, happened }),

    callOf: (s: S, session: number, sequence: number): number | undefined => {
      if (session === s.session?.id) return s.calls.get(sequence);
      for (const [call, command] of s.commands)
        if (command.session === session && command.sequence === sequence) return call;
      return undefined;
    },

    /** A session is over: those of its commands that were not sent anywhere, or only refused, go into the next one. */
    forgetSession: (s: S, id: number): void => {
      if (s.session?.id !== id) return;
      s.session = null;
      s.calls.clear();
    },

    refused: (s: S, io: Io, from: NodeId, call: number, why: Refused<CommandFailure>, leader: NodeId | null) => {
      const command = s.commands.get(call)!;
      command.copiesAtLarge--;
      if (why === "not leader") return act.follow(s, io, from, leader);
      if (why === "overloaded" || why === "too many commands") {
        command.why = why;
        return;
      }
      if (why === "answer forgotten") return act.fail(s, io, call, why, "yes");
      act.forgetSession(s, command.session!);
      if (!rules.mayMove(command.copiesAtLarge)) return act.fail(s, io, call, why, "maybe");
      io.mark("a command moves to a new session");
      command.session = null;
      s.unsent.push(call);
      act.sendNew(s, io);
    },

    /** A part of an answer. Those that another server sends, which was asked before, are not of one state with them. */
    takePart: (s: S, io: Io, from: NodeId, part: ToClient<A, R> & { readonly kind: "result" }): void => {
      const asked = s.queries.get(part.id);
      if (asked === undefined) return io.note("an answer that nobody waits for");
      if (part.number > 0 || !part.isLast) {
        if (from !== asked.server) return io.note("a part of an answer of a server that was left", from);
        if (part.number === 0) asked.parts = [];
        if (part.number !== asked.parts.length) return io.note("a part that does not follow", part.number);
        asked.parts.push(part.result);
        if (!part.isLast) return;
      }
      s.queries.delete(part.id);
      const result = asked.parts.length === 0 ? part.result : join(asked.parts as R[]);
      io.up.result(part.id, { kind: "answer", result, index: part.index });
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
    upon: {
      request: {
        execute(s, io, call, command) {
          const dueTick = s.ticks + timeoutTicks;
          s.commands.set(call, { command, dueTick, session: null, sequence: 0, copiesAtLarge: 0, why: "timeout" });
          s.unsent.push(call);
          act.sendNew(s, io);
          act.tick(s, io);
        },
        query(s, io, call, query, consistency) {
          const dueTick = s.ticks + timeoutTicks;
          const asked: Asked<Q> = { query, consistency, dueTick, server: null, why: "timeout", parts: [] };
          s.queries.set(call, asked);
          const server = spreadsQueries ? (s.connected[call % s.connected.length] ?? null) : s.target;
          act.ask(io, call, asked, server);
          act.tick(s, io);
        },
        leave(s, io) {
          if (s.session === null) return;
          if (s.commands.size > 0) return io.note("commands are open: the session stays");
          act.send(s, io, { kind: "close", session: s.session.id });
          act.forgetSession(s, s.session.id);
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
          for (const [id, asked] of s.queries) if (asked.server === server) act.ask(io, id, asked, s.target);
        },
        deliver(s, io, from, message) {
          if (from === s.target) s.heard = true;
          if (message.kind === "opened") {
            if (message.token !== s.opening) return io.note("a session that nobody waits for", message.session);
            s.opening = 0;
            s.session = { id: message.session, commandsMax: message.commandsMax, next: 0 };
            act.sendNew(s, io);
          } else if (message.kind === "open refused") {
            if (message.token !== s.opening) return;
            if (message.why === "not leader") return act.follow(s, io, from, message.leader);
            s.heard = false;
            for (const command of s.commands.values()) if (command.session === null) command.why = message.why;
          } else if (message.kind === "executed") {
            const call = act.callOf(s, message.session, message.sequence);
            if (call === undefined) return io.note("an answer that nobody waits for");
            const { end } = message;
            if (end.kind === "answer") act.endCommand(s, io, call, { kind: "answer", answer: end.answer });
            else act.fail(s, io, call, "machine failed", "maybe");
          } else if (message.kind === "command refused") {
            const call = act.callOf(s, message.session, message.sequence);
            if (call !== undefined) act.refused(s, io, from, call, message.why, message.leader);
          } else if (message.kind === "redirect") act.follow(s, io, from, message.leader);
          else if (message.kind === "result") {
            act.takePart(s, io, from, message);
          } else if (message.kind === "query refused") {
            const asked = s.queries.get(message.id);
            if (asked === undefined) return;
            if (message.why === "not leader" && from !== s.target) return act.ask(io, message.id, asked, s.target);
            if (message.why === "not leader") return act.follow(s, io, from, message.leader);
            if (message.why === "overloaded") asked.why = message.why;
            else {
              s.queries.delete(message.id);
              io.up.result(message.id, { kind: "failed", why: message.why });
            }
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
