import type { Property, PropertyKind, Prospect, Report } from "../check/index.ts";
import {
  assert,
  following,
  type NodeId,
  type Trace,
  type TraceEvent,
  type TraceKind,
  traceFormat,
  traceVersion,
} from "../model/index.ts";
import { countEvents, type Fault, sliceOf } from "../simulate/index.ts";
import { atRest } from "./at-rest.ts";
import type { Turn } from "./cuts.ts";
import type { Exploration } from "./exploration.ts";
import type { Origin } from "./initial-states.ts";
import { observedIn } from "./local-transitions.ts";
import type { CarriedMessage, Happening, NodeEvent, NodeImage } from "./node-image.ts";
import { NodeStep, type StepOptions } from "./node-step.ts";
import { asCopy, asLie, asLoss, asTurn, waysOfTaking } from "./ways-of-taking.ts";

/** A run that a search found, told again step by step. */
export interface ExploredRun {
  readonly property: string;
  readonly clause: string;
  /** The events at fault. */
  readonly faulty: readonly number[];
  readonly trace: Trace;
  /** The events to draw: those that make the counterexample. */
  readonly slice: ReadonlySet<number>;
  /** How many of them count. */
  readonly events: number;
  /** How many steps of processes and of the network the search took to get there. */
  readonly steps: number;
  /**
   * Of a run that goes on for ever the first event of what is repeated from here on; as many as there are events where
   * nothing happens any more.
   */
  readonly loop?: number;
}

/** What is told again, and for which property. */
export interface Telling {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly code: string;
  /** Of a run that goes on for ever: after how many steps it begins to repeat itself. */
  readonly loopFrom?: number;
}

interface Broken {
  readonly clause: string;
  readonly events: readonly number[];
}

/** Runs a schedule again, with every event in the words of a trace and the true numbers of events for one property. */
class Retelling {
  readonly events: TraceEvent[] = [];
  broken: Broken | null = null;
  /** The first event of what is repeated. */
  loop: number | undefined;
  #marked: readonly number[] = [];
  readonly #parts: Exploration;
  readonly #steps: StepOptions;
  readonly #property: Property | undefined;
  readonly #remembers: unknown;
  readonly #images: NodeImage[];
  /** Sends of messages that have not arrived, by the atom of the message. */
  readonly #sent = new Map<number, number[]>();
  readonly #down = new Set<NodeId>();
  /** The local states of the search, by process. */
  readonly #standing: (number | undefined)[] = [];
  readonly #traitors: readonly NodeId[];
  #at = 0;

  constructor(parts: Exploration, origin: Origin, property: string) {
    const { setup, model, parameters } = parts.prepared;
    this.#parts = parts;
    this.#steps = { ...parts.steps, narrates: true, looksInside: true };
    this.#property = setup.properties.find(({ id }) => id === property) as unknown as Property | undefined;
    this.#remembers = this.#property?.init({ nodes: parts.steps.nodes, model, parameters });
    this.#images = [...origin.unborn];
    this.#traitors = origin.traitors;
    for (const traitor of origin.traitors) this.#betray(traitor);
    for (const [node, boot] of origin.boots.entries())
      if (!origin.traitors.includes(node))
        this.#step(node, { kind: "boot" }, parts.local.eventOf(node, { kind: "boot" }), boot, undefined);
  }

  /** From here on the run repeats what it does until `owe`. */
  mark(): void {
    this.loop = this.events.length;
    this.#marked = this.#images.map((image) => this.#parts.local.stateOf(image));
  }

  /** The run is back where it was marked, and what a liveness property is owed it is owed for ever. */
  owe(): void {
    const { local, steps } = this.#parts;
    const here = this.#images.map((image) => local.stateOf(image));
    assert(here.join() === this.#marked.join(), "a run that repeats itself comes back to where it was");
    const correct = steps.nodes.filter((node) => !this.#down.has(node));
    const clause = this.#property?.pending?.(this.#remembers, { correct, at: this.#at, healed: true }) ?? null;
    if (clause === null) return;
    const count = this.events.length - this.loop!;
    const isSilent = this.#traitors.length > 0 ? ", and the traitors are silent" : "";
    const forEver = count === 0 ? `nothing happens any more${isSilent}` : `the last ${count} events repeat for ever`;
    this.broken = { clause: this.#named(`${clause}: ${forEver}`), events: [this.events.length - 1] };
  }

  /** One step of the search. */
  take(event: number, how: number): void {
    const { local, atoms } = this.#parts;
    const [outcome, way] = [Math.floor(how / waysOfTaking), how % waysOfTaking];
    this.#at++;
    const value = atoms.valueOf(event);
    if (way === asTurn) return this.#turn(value as Turn);
    const node = local.nodeOf(event);
    if (local.site.at(event) > 0) return this.#step(node, value as NodeEvent, event, outcome, undefined);
    const message = value as CarriedMessage;
    const send =
      way === asLie ? this.#lie(message) : this.#sendOf(event, way === asCopy || this.#parts.settled.network === "set");
    const where = { peer: message.from, path: this.#pathOf(message), data: message.body, cause: send };
    if (way === asLoss) {
      this.#keep("drop", node, { ...where, name: "lost" });
      return;
    }
    if (this.#images[node]!.life !== "up") {
      this.#keep("drop", node, { ...where, name: "node is down" });
      return;
    }
    this.#step(node, { kind: "deliver", message }, event, outcome, where);
  }

  #betray(node: NodeId): void {
    this.#down.add(node);
    const data: Fault = { kind: "byzantine", at: 0, node, behaviour: "arbitrary" };
    this.events.push({ id: this.events.length, kind: "fault", node, at: 0, name: "byzantine begin", data });
  }

  #turn({ kind, links }: Turn): void {
    const data = { kind: "partition", ...links };
    const name = kind === "cut" ? "partition begin" : "partition end";
    this.events.push({ id: this.events.length, kind: "fault", at: this.#at, name, data });
  }

  /** A word that no module sent: a traitor's is a send like any other, the network's own says that it is forged. */
  #lie(message: CarriedMessage): number {
    const { from, to, body } = message;
    const details = { peer: to, path: this.#pathOf(message), data: body };
    return this.#traitors.includes(from)
      ? this.#keep("send", from, details)
      : this.#keep("fault", from, { ...details, name: "forged" });
  }

  #step(node: NodeId, event: NodeEvent, atom: number, outcome: number, details: Partial<TraceEvent> | undefined): void {
    const before = this.#images[node]!;
    const kind = kindOf(event);
    const id = this.#keep(kind, node, details ?? this.#detailsOf(event, before));
    const step = new NodeStep(this.#steps, this.#imageAgain(before), following(this.#drawsOf(before, atom, outcome)));
    let after = before;
    try {
      after = atRest(this.#steps, step.run(event));
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      this.broken = { clause: `process ${this.#nameOf(node)} throws: ${text}`, events: [id] };
    }
    this.#images[node] = after;
    if (kind === "crash") this.#down.add(node);
    else this.#down.delete(node);
    this.#tell(node, event, before, after, step.happenings, id);
  }

  /** What happened in the step, for the trace and for the property, in one order. */
  #tell(
    node: NodeId,
    event: NodeEvent,
    before: NodeImage,
    after: NodeImage,
    happenings: readonly Happening[],
    cause: number,
  ): void {
    const own = observedIn(event, before, after, [], this.#steps, () => true);
    for (const seen of own) this.#observe(seen, cause);
    for (const happening of happenings) {
      const id = this.#keepHappening(node, happening, cause);
      const { incarnation } = after;
      if (happening.kind === "answer")
        this.#observe(
          { kind: "indication", node, incarnation, path: "", name: happening.name, args: happening.args },
          id,
        );
      else if (happening.kind === "request" || happening.kind === "indication") {
        const { kind, path, name, args } = happening;
        this.#observe({ kind, node, incarnation, path, name, args }, id);
      }
    }
    this.#end();
  }

  #observe(seen: ReturnType<typeof observedIn>[number], event: number): void {
    const { kind } = seen;
    if (this.#property === undefined || this.broken !== null || kind === "view") return;
    const { port = "" } = this.#property;
    const isLife = seen.kind === "boot" || seen.kind === "crash" || seen.kind === "recover";
    if (!(isLife || seen.path === port || seen.path.replace(/\[\d+\]/g, "[]") === port)) return;
    const at = this.#at;
    this.#property.on?.(this.#remembers, { ...seen, kind, event, at, monotonic: at, wall: at }, this.#report());
  }

  /** What a property says at the end of a run, or of the nodes' states, it may say after any step. */
  #end(): void {
    if (this.#property === undefined || this.broken !== null) return;
    const { nodes } = this.#parts.steps;
    const correct = nodes.filter((node) => !this.#down.has(node));
    const prospect: Prospect = { correct, at: this.#at, healed: false };
    this.#property.end?.(this.#remembers, prospect, this.#report());
    const event = this.events.length - 1;
    if (this.broken === null)
      this.#property.inspect?.(
        this.#remembers,
        { ...this.#parts.lookInto(this.#images), event, at: this.#at },
        this.#report(),
      );
  }

  #report(): Report {
    return {
      premise: () => undefined,
      violated: (clause, ...events) => {
        const last = this.events.length - 1;
        this.broken ??= { clause: this.#named(clause), events: events.length > 0 ? events : [last] };
      },
    };
  }

  #keepHappening(node: NodeId, happening: Happening, cause: number): number {
    if (happening.kind === "send") {
      const { message } = happening;
      const id = this.#keep("send", node, { peer: message.to, path: this.#pathOf(message), data: message.body, cause });
      const atom = this.#parts.local.messageOf(message);
      this.#sent.set(atom, [...(this.#sent.get(atom) ?? []), id]);
      return id;
    }
    if (happening.kind === "disk")
      return this.#keep("disk", node, { name: happening.name, data: happening.data, cause });
    const { kind, name, args } = happening;
    const path = happening.kind === "answer" ? undefined : happening.path;
    return this.#keep(kind, node, { path, name, data: args, cause });
  }

  #keep(kind: TraceKind, node: NodeId, details: Partial<TraceEvent>): number {
    const id = this.events.length;
    const incarnation = Math.max(0, this.#images[node]!.incarnation + (kind === "recover" ? 1 : 0));
    this.events.push({ id, kind, node, incarnation, at: this.#at, ...details });
    return id;
  }

  #detailsOf(event: NodeEvent, before: NodeImage): Partial<TraceEvent> {
    switch (event.kind) {
      case "call": {
        const { script, next } = before.clients[event.client]!;
        const { request, args } = this.#steps.scripts[script]!.calls[next]!;
        return { name: request, data: args };
      }
      case "timer":
        return { path: event.path, name: event.name, data: event.args };
      case "crash":
        return { name: "", data: before.frames.length - event.kept };
      case "notice": {
        const { path, name, args } = before.notices[0]!;
        return { path, name, data: args };
      }
      case "boot":
      case "recover":
        return { name: this.#nameOf(before.node) };
      default:
        return {};
    }
  }

  #sendOf(message: number, stays: boolean): number | undefined {
    const sends = this.#sent.get(message) ?? [];
    return stays || sends.length === 0 ? sends[0] : sends.shift();
  }

  /**
   * The draws of an outcome, from the memory of the search: it knows every step that it took. Where it took them in a
   * local state that stands for this one, the same step of this one has an outcome that nobody can tell from that.
   */
  #drawsOf(before: NodeImage, event: number, outcome: number): readonly number[] {
    const { local } = this.#parts;
    const own = local.stateOf(before);
    const standing = this.#standing[before.node] ?? own;
    const taken = local.rowFirst.at(local.row(standing, event)) + outcome;
    this.#standing[before.node] = local.to.at(taken);
    return local.draws[own === standing ? taken : local.outcomeLike(taken, local.row(own, event))] ?? [];
  }

  #imageAgain(image: NodeImage): NodeImage {
    const { local, atoms } = this.#parts;
    return atoms.valueOf(local.stateOf(image)) as NodeImage;
  }

  #nameOf(node: NodeId): string {
    return this.#parts.prepared.setup.processes[node]!.name;
  }

  /** Properties know processes by number, people by the names of the diagram. */
  #named(clause: string): string {
    return clause.replace(/\b([Pp]rocess) (\d+)\b/g, (_, word: string, id: string) => {
      const name = this.#parts.prepared.setup.processes[Number(id)]?.name;
      return `${word} ${name ?? id}`;
    });
  }

  #pathOf({ channel, keys }: CarriedMessage): string {
    const name = this.#parts.channels.nameOf(channel);
    if (keys === null) return name;
    let at = 0;
    const keyed = name.replace(/\[\]/g, () => `[${keys[at++] ?? ""}]`);
    return keys.slice(at).reduce((path, key) => `${path}[${key}]`, keyed);
  }
}

const kindOf = ({ kind }: NodeEvent): TraceKind => {
  if (kind === "settle") return "settled";
  if (kind === "sync") return "disk";
  return kind === "notice" ? "durable" : kind;
};

/** Tells a schedule again and looks at what breaks in it. */
export const counterexampleOf = (
  parts: Exploration,
  origin: Origin,
  schedule: readonly (readonly [event: number, how: number])[],
  { property, kind, code, loopFrom }: Telling,
): ExploredRun => {
  const retelling = new Retelling(parts, origin, property);
  for (const [at, [event, how]] of schedule.entries()) {
    if (at === loopFrom) retelling.mark();
    retelling.take(event, how);
  }
  if (loopFrom === schedule.length) retelling.mark();
  if (loopFrom !== undefined) retelling.owe();
  const { broken, events, loop } = retelling;
  assert(broken !== null, `the search says that ${property} breaks, and the same run told again does not break it`);
  const trace = traceOf(parts, events, code);
  const slice = sliceOf(trace, broken.events, kind);
  return {
    property,
    clause: broken.clause,
    faulty: broken.events,
    trace,
    slice,
    events: countEvents(trace, slice),
    steps: schedule.length,
    ...(loop === undefined ? {} : { loop }),
  };
};

const traceOf = ({ prepared }: Exploration, events: readonly TraceEvent[], code: string): Trace => {
  const { scenario, model, parameters, setup } = prepared;
  const nodes = setup.processes.map(({ name }, id) => ({ id, name }));
  return {
    header: {
      format: traceFormat,
      version: traceVersion,
      scenario: scenario.id,
      model,
      parameters,
      seed: 0,
      code,
      nodes,
    },
    events,
  };
};

/** Tells a schedule again that leads to a picture: nothing is broken in it, and all of it is shown. */
export const runOf = (
  parts: Exploration,
  origin: Origin,
  schedule: readonly (readonly [event: number, how: number])[],
  { id, text, code }: { readonly id: string; readonly text: string; readonly code: string },
): ExploredRun => {
  const retelling = new Retelling(parts, origin, "");
  for (const [event, how] of schedule) retelling.take(event, how);
  const trace = traceOf(parts, retelling.events, code);
  const slice = new Set(trace.events.map(({ id: event }) => event));
  return {
    property: id,
    clause: text,
    faulty: [trace.events.length - 1],
    trace,
    slice,
    events: countEvents(trace, slice),
    steps: schedule.length,
  };
};
