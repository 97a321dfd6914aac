import type { Inspection, PropertyEvent } from "../check/index.ts";
import type { DiskImage, Instance, LogImage, Message, NodeId, NodeMachine, TraceKind } from "../model/index.ts";
import { microseconds } from "./carrier.ts";
import type { Fault } from "./fault.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

/** The fields of a trace event that depend on its kind. */
interface Details {
  readonly peer?: NodeId;
  readonly path?: string;
  readonly name?: string;
  readonly data?: unknown;
}

/** The module and the log of a node that were looked at last. */
interface Found {
  machine: NodeMachine | null;
  path: string;
  instance: Instance | null;
  /** What the node sees of its disk: another one after a crash. */
  seen: DiskImage | null;
  logPath: string;
  logName: string;
  log: LogImage | null;
}

/**
 * A look into the nodes. No property speaks about a traitor: what it keeps in its state is its own affair. One look serves
 * the whole run, since after each step a dozen properties look at the same module.
 */
class Look implements Inspection {
  node: NodeId = 0;
  event = 0;
  at = 0;
  readonly #nodes: readonly SimulatedNode[];
  readonly #found: Found[] = [];

  constructor(nodes: readonly SimulatedNode[]) {
    this.#nodes = nodes;
  }

  state(node: NodeId, path: string): unknown {
    const { behaviour, up, machine } = this.#nodes[node]!;
    if (behaviour !== null || !up) return undefined;
    const found = this.#foundOf(node);
    if (found.machine !== machine || found.path !== path || found.instance === null || found.instance.dropped) {
      found.machine = machine;
      found.path = path;
      found.instance = machine.at(path) ?? null;
    }
    return found.instance?.state;
  }

  record(node: NodeId, path: string, name: string): unknown {
    const { behaviour, disk } = this.#nodes[node]!;
    return behaviour === null ? disk.seen.get(path)?.records.get(name) : undefined;
  }

  log(node: NodeId, path: string, name: string): LogImage | undefined {
    const { behaviour, disk } = this.#nodes[node]!;
    if (behaviour !== null) return undefined;
    const found = this.#foundOf(node);
    const { seen } = disk;
    if (found.log !== null && found.seen === seen && found.logPath === path && found.logName === name) return found.log;
    const log = seen.get(path)?.logs.get(name);
    // A log stays what it is as long as its module lives, and only members of families die before their node.
    if (path.includes("[")) return log;
    found.seen = seen;
    found.logPath = path;
    found.logName = name;
    found.log = log ?? null;
    return log;
  }

  #foundOf(node: NodeId): Found {
    this.#found[node] ??= {
      machine: null,
      path: "",
      instance: null,
      seen: null,
      logPath: "",
      logName: "",
      log: null,
    };
    return this.#found[node];
  }

  durableLog(node: NodeId, path: string, name: string): LogImage | undefined {
    const { behaviour, disk } = this.#nodes[node]!;
    return behaviour === null ? disk.durable.get(path)?.logs.get(name) : undefined;
  }
}

/** Tells the recorder what happens at the nodes, with their clocks, in the words of the trace. */
export class Chronicle {
  readonly #world: World;
  #look: Look | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether a trace is kept. Callers ask first: the details of an event cost more than the event. */
  get on(): boolean {
    return this.#world.recorder.trace !== null;
  }

  /** Numbers and hashes an event of a node, and keeps it in the trace. */
  event(
    kind: TraceKind,
    node: SimulatedNode,
    name: string,
    payload: unknown,
    cause?: number,
    details?: Details,
  ): number {
    const { recorder, agenda } = this.#world;
    const id = recorder.event(kind, node.id, agenda.now, 0, name, payload);
    if (recorder.trace !== null) this.keep(kind, id, node, cause, { name, data: payload, ...details });
    return id;
  }

  /** Keeps an event that has its number already. */
  keep(kind: TraceKind, id: number, node: SimulatedNode, cause: number | undefined, details: Details): void {
    const { now } = this.#world.agenda;
    this.#world.recorder.keep({
      id,
      kind,
      node: node.id,
      incarnation: node.incarnation,
      at: now / microseconds,
      monotonic: node.clock.read("monotonic", now),
      wall: node.clock.read("wall", now),
      cause,
      ...details,
    });
  }

  /** A fault that strikes or ends. */
  fault(fault: Fault, phase: "begin" | "end"): void {
    const { recorder, agenda } = this.#world;
    const name = `${fault.kind} ${phase}`;
    const id = recorder.event("fault", "node" in fault ? fault.node : 0, agenda.now, 0, name, fault);
    if (recorder.trace === null) return;
    const kind = fault.kind === "pause" ? "pause" : "fault";
    recorder.keep({
      id,
      kind,
      at: agenda.now / microseconds,
      name,
      data: fault,
      ...("node" in fault ? { node: fault.node } : {}),
    });
  }

  /** A request or indication at a port inside a node. Those at the top are calls and answers. */
  inside(
    node: SimulatedNode,
    kind: "request" | "indication",
    path: string,
    name: string,
    args: readonly unknown[],
  ): void {
    if (path === "") return;
    const { recorder, cause } = this.#world;
    const id = recorder.full ? recorder.inside(kind, node.id, path, name, args) : recorder.number();
    if (recorder.trace !== null) this.keep(kind, id, node, cause, { path, name, data: args });
    this.observe(kind, id, node, path, name, args);
  }

  /** Narration of a module. */
  note(node: SimulatedNode, path: string, text: string, detail: readonly unknown[]): void {
    const { recorder, agenda, cause } = this.#world;
    const id = recorder.full ? recorder.event("note", node.id, agenda.now, 0, text, detail) : recorder.number();
    if (recorder.trace !== null)
      this.keep("note", id, node, cause, { path, name: text, data: detail.length === 0 ? undefined : detail });
  }

  /** Shows an event to the properties; traitors are not seen. */
  observe(
    kind: PropertyEvent["kind"],
    event: number,
    node: SimulatedNode,
    path: string,
    name: string,
    args: readonly unknown[],
  ): void {
    const { recorder, agenda } = this.#world;
    if (node.behaviour !== null || !recorder.watches(path)) return;
    const { now } = agenda;
    recorder.observe({
      kind,
      event,
      node: node.id,
      incarnation: node.incarnation,
      at: now / microseconds,
      monotonic: node.clock.read("monotonic", now),
      wall: node.clock.read("wall", now),
      path,
      name,
      args,
    });
  }

  /** The port path of a message's channel, with the keys of its family members. */
  pathOf({ channel, keys }: Message): string {
    const name = this.#world.channels.nameOf(channel);
    let at = 0;
    if (keys === null) return name;
    const keyed = name.replace(/\[\]/g, () => `[${keys[at++] ?? ""}]`);
    // A channel that has a name of its own does not show where in the stack its family is.
    return keys.slice(at).reduce((path, key) => `${path}[${key}]`, keyed);
  }

  /** A look into the nodes for invariants. */
  inspection(stepped: NodeId): Inspection {
    const { nodes, recorder, agenda } = this.#world;
    this.#look ??= new Look(nodes);
    const look = this.#look;
    look.node = stepped;
    look.event = Math.max(0, recorder.events - 1);
    look.at = agenda.now / microseconds;
    return look;
  }
}
