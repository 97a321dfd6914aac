import { type AnyProperty, at, oneVote, raftProperties } from "../../../check/index.ts";
import {
  assert,
  type Message as Carried,
  ChannelTable,
  type EventId,
  type NodeId,
  network,
  type Output,
  programOf,
  type SystemModel,
  stack,
  type Trace,
  type TraceEvent,
  type TraceHeader,
  type TraceKind,
  traceFormat,
  traceVersion,
} from "../../../model/index.ts";
import { type Configuration, type RaftOptions, type Role, raft } from "../../../protocols/index.ts";
import { Recorder, type Violation } from "../../../simulate/index.ts";
import { type SessionNotice, sessionsByHand } from "./sessions-by-hand.ts";
import { StagedServer } from "./staged-server.ts";
import { type Message, membersText, messageText, nameOf, roleText } from "./words.ts";

/** A message that has left its sender. */
export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  readonly sent: EventId;
}

/** A request to a server, and what a play calls it. */
export interface StagedRequest {
  readonly name: "propose" | "read" | "changeMembers" | "transferLeadership";
  readonly argument: unknown;
  readonly label: string;
}

/** What users of the log have seen: by server, from its last start on. */
interface Seen {
  applied: string[];
  readonly refused: string[];
  readonly answered: string[];
}

const model: SystemModel = { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" };
const channel = "raft";
const goesOnMax = 10_000;

/** What must hold in every play: the five properties of the paper, and one vote a term. */
const safety = (): readonly AnyProperty[] => [...raftProperties(""), at("sessions", oneVote(""))];

const link = (from: NodeId, to: NodeId): string => `${from}>${to}`;

/**
 * Servers of Raft moved by hand. A play says who stands, who hears whom, whose disk waits and who crashes; nothing else
 * happens, but that a server finishes what it has at hand. Everything is told in lines, kept as a trace, and watched by
 * Raft's safety properties.
 */
export class Stage {
  readonly servers: readonly StagedServer[];
  /** What happened, a line each, since somebody took them. */
  readonly lines: string[] = [];
  /** Messages under way, in the order in which they were sent. */
  readonly flights: Flight[] = [];
  /** Counts the lines of the play. */
  moment = 0;
  /** What every server's clocks show. */
  clockMs = 0;
  readonly #recorder: Recorder;
  readonly #channels = new ChannelTable();
  readonly #cut = new Set<string>();
  readonly #seen: Seen[] = [];
  readonly #labels = new Map<number, string>();
  #requests = 0;
  #sessions = 1_000;
  #cause: EventId = 0;

  constructor(n: number, options: RaftOptions<string>) {
    const nodes = Array.from({ length: n }, (_, node) => node);
    const names = nodes.map(nameOf);
    this.#recorder = new Recorder(safety(), { nodes, model, parameters: {} }, { trace: true, cover: "outside", names });
    const one = stack(raft<string, readonly string[]>(options), {
      sessions: stack(sessionsByHand<Message>(), { links: network(channel) }),
    });
    const program = programOf(one, this.#channels);
    this.servers = nodes.map(
      (id) =>
        new StagedServer(id, program, nodes, {
          leave: (server, output) => this.#leave(server, output),
          observe: (server, kind, path, name, args) => this.#observe(server, kind, path, name, args),
          note: (server, path, name, detail) => this.#record("note", server, { path, name, data: detail }),
          clockMs: () => this.clockMs,
        }),
    );
    for (const server of this.servers) {
      this.#seen.push({ applied: [], refused: [], answered: [] });
      this.#boot(server, "boot");
    }
  }

  /** What was broken so far. */
  get violations(): readonly Violation[] {
    return this.#recorder.violations;
  }

  /** How often each property had something to say. */
  get exercised(): ReadonlyMap<string, number> {
    return this.#recorder.exercised();
  }

  /** What the user of a server's log has seen. */
  seen(server: NodeId): Readonly<Seen> {
    return this.#seen[server]!;
  }

  /** The run so far, in the one trace format. */
  trace(scenario: string, code: string): Trace {
    const nodes = this.servers.map(({ id, name }) => ({ id, name }));
    const header = {
      format: traceFormat,
      version: traceVersion,
      scenario,
      model,
      parameters: {},
      seed: 0,
      code,
      nodes,
    };
    return { header: header as TraceHeader, events: this.#recorder.trace! };
  }

  /** Requests that reach a server together. */
  request(node: NodeId, requests: readonly StagedRequest[]): void {
    const server = this.#up(node);
    for (const { name, argument, label } of requests) {
      const id = ++this.#requests;
      this.#labels.set(id, label);
      const args = argument === undefined ? [id] : [id, argument];
      const event = this.#record("call", server, { name, data: args });
      this.#tellProperties(server, "request", event, "", name, args);
      this.#step(server, event, () => server.machine.request(name, args));
    }
    this.#goOn(server);
  }

  /** Saves a snapshot of what a server has applied, a command a chunk. */
  saveSnapshot(node: NodeId): void {
    const server = this.#up(node);
    const { applied } = this.#seen[node]!;
    const chunks = applied.length === 0 ? [[]] : applied.map((command) => [command]);
    for (const [number, chunk] of chunks.entries()) {
      const args = [server.state.lastApplied, number, chunk, number === chunks.length - 1];
      const event = this.#record("call", server, { name: "saveSnapshot", data: args });
      this.#step(server, event, () => server.machine.request("saveSnapshot", args));
    }
    this.#goOn(server);
  }

  /** A timer of a server goes off. */
  fire(node: NodeId, timer: string): void {
    const server = this.#up(node);
    const box = server.timer(timer);
    box.armed = false;
    server.dueAtOnce.delete(box);
    const event = this.#record("timer", server, { path: "", name: timer, cause: box.event });
    this.#step(server, event, () => server.machine.fire(box));
    this.#goOn(server);
  }

  /** A message arrives, or is lost where nobody is. */
  deliver(flight: Flight): void {
    const server = this.servers[flight.to]!;
    if (!server.up) return this.lose(flight);
    this.#takeOff(flight);
    const { from, message, sent } = flight;
    this.#tell(`${nameOf(from)} -> ${server.name}  ${messageText(message)}`);
    const event = this.#record("deliver", server, { peer: from, path: channel, data: message, cause: sent });
    this.#step(server, event, () => server.machine.deliver(this.#carried(from, server.id, message)));
    this.#goOn(server);
  }

  /** A message is lost. */
  lose(flight: Flight): void {
    this.#takeOff(flight);
    this.#lost(flight);
  }

  /** What these say to those, and the other way round, is lost from now on; what is under way arrives. */
  cut(some: readonly NodeId[], others: readonly NodeId[]): void {
    for (const one of some)
      for (const other of others) if (one !== other) this.#cut.add(link(one, other)).add(link(other, one));
  }

  /** No link is cut any more. */
  mend(): void {
    this.#cut.clear();
  }

  /** The session of two servers ends, with what was under way in it, and another one opens, also where the link was cut. */
  endSession(one: NodeId, other: NodeId): void {
    for (const flight of this.flights.filter(({ from, to }) => [from, to].every((end) => end === one || end === other)))
      this.lose(flight);
    this.cut([one], [other]);
    this.#notify(one, other, { kind: "session ended", session: ++this.#sessions });
    this.#notify(other, one, { kind: "session ended", session: this.#sessions });
    this.#cut.delete(link(one, other));
    this.#cut.delete(link(other, one));
    this.#notify(one, other, { kind: "session opened", session: ++this.#sessions });
    this.#notify(other, one, { kind: "session opened", session: this.#sessions });
  }

  /** A server stops, with what its disk had not finished. */
  crash(node: NodeId): void {
    const server = this.#up(node);
    server.crash();
    this.#life(server, "crash");
    this.#seen[node] = { applied: [], refused: [], answered: [] };
  }

  /** A server starts again, from its disk. */
  recover(node: NodeId): void {
    const server = this.servers[node]!;
    assert(!server.up, `${server.name} is up`);
    server.recover();
    this.#boot(server, "recover");
  }

  /** The disk of a server waits with its writes from now on, or goes on. */
  hold(node: NodeId, waits: boolean): void {
    const server = this.#up(node);
    server.disk.waits = waits;
    this.#goOn(server);
  }

  /** The oldest write of a disk that waits is durable. */
  syncOne(node: NodeId): void {
    const server = this.#up(node);
    assert(server.disk.pending > 0, `the disk of ${server.name} has nothing to write`);
    this.#sync(server, 1);
    this.#goOn(server);
  }

  // --- inside ---

  #up(node: NodeId): StagedServer {
    const server = this.servers[node];
    assert(server?.up === true, `${nameOf(node)} is not there, or down`);
    return server;
  }

  #boot(server: StagedServer, kind: "boot" | "recover"): void {
    this.#step(server, this.#life(server, kind), () => server.machine.boot());
    this.#goOn(server);
  }

  #step(server: StagedServer, cause: EventId, run: () => void): void {
    this.#cause = cause;
    run();
    const seen = (node: NodeId) => (this.servers[node]!.up ? this.servers[node]! : undefined);
    this.#recorder.inspect({
      state: (node, path) => seen(node)?.machine.at(path)?.state,
      record: (node, path, name) => this.servers[node]!.disk.seen.get(path)?.records.get(name),
      log: (node, path, name) => this.servers[node]!.disk.seen.get(path)?.logs.get(name),
      node: server.id,
      event: cause,
      at: this.moment,
    });
  }

  /** A server finishes what it has at hand: batches, writes unless its disk waits, notices, timers without a delay. */
  #goOn(server: StagedServer): void {
    for (let rounds = 0; rounds < goesOnMax; rounds++) {
      const [due] = server.dueAtOnce;
      const notice = server.notices.shift();
      if (notice !== undefined) {
        const event = this.#record("durable", server, { name: notice.name, data: notice.args });
        this.#step(server, event, () => server.machine.durable(notice.instance, notice.name, notice.args));
      } else if (server.wantsSettled) {
        server.wantsSettled = false;
        this.#step(server, this.#record("settled", server, { name: "" }), () => server.machine.settle());
      } else if (!server.disk.waits && server.disk.pending > 0) this.#sync(server, server.disk.pending);
      else if (due !== undefined) this.fire(server.id, due.name);
      else return;
    }
    throw new Error(`${server.name} never comes to rest`);
  }

  #sync(server: StagedServer, count: number): void {
    const position = server.disk.sync(count);
    this.#cause = this.#record("disk", server, { name: "sync", data: position });
    server.gate.advance(position);
  }

  #leave(server: StagedServer, output: Output): void {
    if (output.kind === "durable") server.notices.push(output);
    else if (output.kind === "message") this.#send(server, output);
    else this.#answer(server, output.name, output.args);
  }

  #send(server: StagedServer, { to, body }: Carried): void {
    const message = body as Message;
    const sent = this.#record("send", server, { peer: to, path: channel, data: message, cause: this.#cause });
    const flight = { from: server.id, to, message, sent };
    if (this.#cut.has(link(server.id, to))) this.#lost(flight);
    else this.flights.push(flight);
  }

  #takeOff(flight: Flight): void {
    const at = this.flights.indexOf(flight);
    assert(at >= 0, "the message is not under way");
    this.flights.splice(at, 1);
  }

  #lost({ from, to, message, sent }: Flight): void {
    this.#tell(`${nameOf(from)} -x ${nameOf(to)}  ${messageText(message)}`);
    this.#record("drop", this.servers[to]!, { peer: from, path: channel, name: "lost", data: message, cause: sent });
  }

  #notify(from: NodeId, to: NodeId, notice: SessionNotice): void {
    const server = this.servers[to]!;
    if (!server.up) return;
    const event = this.#record("fault", server, { name: notice.kind, peer: from, data: notice.session });
    this.#step(server, event, () => server.machine.deliver(this.#carried(from, to, notice)));
    this.#goOn(server);
  }

  #carried(from: NodeId, to: NodeId, body: unknown): Carried {
    const number = this.#channels.numberOf(channel);
    return { kind: "message", from, to, channel: number, keys: null, body, due: 0, order: 0, event: 0 };
  }

  /** What a server says to the user of its log. */
  #answer(server: StagedServer, name: string, args: readonly unknown[]): void {
    const event = this.#record("answer", server, { name, data: args, cause: this.#cause });
    this.#tellProperties(server, "indication", event, "", name, args);
    const [first, second, third] = args as readonly [number, number, unknown];
    const seen = this.#seen[server.id]!;
    const label = this.#labels.get(first) ?? "";
    if (name === "leadership") {
      const [role, currentTerm, leader] = args as readonly [Role, number, NodeId | null];
      this.#tell(`${server.name}: ${roleText({ role, currentTerm, leader })}`);
    } else if (name === "membership")
      this.#tell(`${server.name}: members ${membersText(args[0] as Configuration)}, by ${second}`);
    else if (name === "committed") {
      if (third !== null) seen.applied.push(third as string);
      this.#tellMore(`${server.name}: commits `, `${first}/${second} ${third === null ? "-" : String(third)}`);
    } else if (name === "appended") this.#tellMore(`${server.name}: appends `, `${second}/${String(third)} ${label}`);
    else if (name === "refused") {
      seen.refused.push(`${label}: ${String(second)}`);
      this.#tell(`${server.name}: refuses ${label}: ${String(second)}`);
    } else if (name === "readReady") {
      seen.answered.push(label);
      this.#tell(`${server.name}: answers ${label} at ${second}`);
    } else if (name === "restored") {
      if (second === 0) seen.applied = [];
      seen.applied.push(...(third as readonly string[]));
      this.#tell(`${server.name}: restores chunk ${second + 1} of snapshot ${first}`);
    } else if (name === "snapshotSaved") this.#tell(`${server.name}: has saved a snapshot of ${first}`);
    else if (name === "membersChanged") this.#tell(`${server.name}: ${label}: done at ${second}`);
  }

  #observe(server: StagedServer, kind: "request" | "indication", path: string, name: string, args: readonly unknown[]) {
    if (path === "") return;
    const event = this.#record(kind, server, { path, name, data: args, cause: this.#cause });
    this.#tellProperties(server, kind, event, path, name, args);
  }

  #life(server: StagedServer, kind: "boot" | "crash" | "recover"): EventId {
    const event = this.#record(kind, server, { name: server.name });
    this.#tellProperties(server, kind, event, "", "", []);
    return event;
  }

  #tell(line: string): void {
    this.lines.push(line);
  }

  /** Goes on with the last line if that says the same of the same server. */
  #tellMore(head: string, rest: string): void {
    const last = this.lines.at(-1);
    if (last?.startsWith(head) === true) this.lines[this.lines.length - 1] = `${last}, ${rest}`;
    else this.lines.push(head + rest);
  }

  #record(
    kind: TraceKind,
    { id: node, incarnation }: StagedServer,
    more: Pick<TraceEvent, "peer" | "path" | "name" | "data" | "cause">,
  ): EventId {
    const at = this.moment;
    const id = this.#recorder.event(kind, node, at, more.peer ?? 0, more.name ?? "", more.data);
    const clocks = { at, monotonic: this.clockMs, wall: this.clockMs };
    this.#recorder.keep({ id, kind, node, incarnation, ...clocks, ...more });
    return id;
  }

  #tellProperties(
    { id: node, incarnation }: StagedServer,
    kind: "request" | "indication" | "boot" | "crash" | "recover",
    event: EventId,
    path: string,
    name: string,
    args: readonly unknown[],
  ): void {
    const clocks = { at: this.moment, monotonic: this.clockMs, wall: this.clockMs };
    this.#recorder.observe({ kind, event, node, incarnation, ...clocks, path, name, args });
  }
}
