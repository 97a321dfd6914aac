import type { AnyProperty, Inspection, Property, PropertyEvent, Prospect, RunSite } from "../check/index.ts";
import { type Decision, hashText, hashWord, type NodeId, type TraceEvent, type TraceKind } from "../model/index.ts";
import { BodyHash } from "./body-hash.ts";

/** How a run was broken, with the events at fault. */
export interface Violation {
  readonly property: string;
  readonly clause: string;
  readonly events: readonly number[];
  /** The event during which it was noticed. */
  readonly event: number;
}

/**
 * How much the rolling hash covers. `outside`: every event at the border of a node with its payload. `full`: also every
 * request and indication inside the nodes and the state of a node after each of its steps.
 */
export type HashCover = "outside" | "full";

/** A property with its state in this run. */
interface Watcher {
  readonly property: Property;
  readonly state: unknown;
  exercised: number;
  broken: boolean;
}

/** A clause of a liveness property that was still owed when the patience of a run was over. */
export interface Owed {
  readonly property: string;
  readonly clause: string;
}

/** A property that throws is a fault of its author; it is told apart from a violation. */
export class PropertyError extends Error {
  readonly code: string = "PROPERTY_THROWS";
  override readonly name: string = "PropertyError";
}

const failureOf = ({ property }: Watcher, thrown: unknown): PropertyError =>
  new PropertyError(`property ${property.id} throws: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
    cause: thrown,
  });

const kindWords = new Map<string, number>();
const wordOf = (text: string): number => {
  let word = kindWords.get(text);
  if (word === undefined) {
    word = hashText(0, text);
    kindWords.set(text, word);
  }
  return word;
};

const deliverWord = wordOf("deliver");
const sendWord = wordOf("send");

/** For states and calls inside the nodes: it remembers names alone, so that all runs may use it. */
const insideHash = new BodyHash();

/**
 * Everything that looks at a run and does not change it: event numbers, the rolling hash, the trace, the properties,
 * the counts of faults.
 */
export class Recorder {
  readonly violations: Violation[] = [];
  readonly struck: Map<string, number> = new Map();
  /** How often each marked path was taken. */
  readonly marks: Map<string, number> = new Map();
  readonly trace: TraceEvent[] | null;
  readonly #full: boolean;
  readonly #names: readonly string[];
  readonly #top: readonly Watcher[];
  readonly #inner = new Map<string, Watcher[]>();
  /** Who watches a port path, by the path with the keys of its families, as it was asked for before. */
  readonly #watching = new Map<string, readonly Watcher[]>();
  readonly #watchers: readonly Watcher[];
  readonly #inspecting: readonly Watcher[];
  readonly #bodies = new BodyHash();
  #hash = 0x9747b28c;
  #events = 0;
  #processed = 0;
  /** How many events the run had when its record was closed; null while it is open. */
  #closedAt: number | null = null;
  #current: Watcher | null = null;
  #decision: TraceEvent["decision"];
  readonly #report: { premise(): void; violated(clause: string, ...events: readonly number[]): void };

  constructor(
    properties: readonly AnyProperty[],
    site: RunSite,
    options: { readonly trace: boolean; readonly cover: HashCover; readonly names?: readonly string[] },
  ) {
    this.trace = options.trace ? [] : null;
    this.#full = options.cover === "full";
    this.#names = options.names ?? [];
    this.#watchers = properties.map((property) => ({
      property: property as unknown as Property,
      state: property.init(site),
      exercised: 0,
      broken: false,
    }));
    this.#top = this.#watchers.filter(({ property }) => (property.port ?? "") === "");
    for (const watcher of this.#watchers) {
      const port = watcher.property.port ?? "";
      if (port !== "") this.#inner.set(port, [...(this.#inner.get(port) ?? []), watcher]);
    }
    this.#inspecting = this.#watchers.filter(({ property }) => property.inspect !== undefined);
    this.#report = {
      premise: () => {
        if (this.#current !== null) this.#current.exercised++;
      },
      violated: (clause, ...events) => this.#violated(clause, events),
    };
  }

  /** Events on the record. */
  get events(): number {
    return this.#closedAt ?? this.#events;
  }

  /** Events at the borders of the nodes: the same number whether what is inside them is watched or not. */
  get processed(): number {
    return this.#processed;
  }

  /** Events since the record was closed. */
  get eventsOffRecord(): number {
    return this.#closedAt === null ? 0 : this.#events - this.#closedAt;
  }

  /**
   * Nothing that happens from now on belongs to the run: it is neither hashed nor kept nor a violation. Properties still
   * see it, to tell what never comes from what comes late.
   */
  close(): void {
    this.#closedAt ??= this.#events;
  }

  /** The rolling hash over all events so far. */
  get hash(): number {
    return this.#hash >>> 0;
  }

  /** Whether requests and indications inside the nodes must be reported. */
  get watchesInside(): boolean {
    return this.trace !== null || this.#full || this.#inner.size > 0;
  }

  get watchesState(): boolean {
    return this.#inspecting.length > 0;
  }

  get full(): boolean {
    return this.#full && this.#closedAt === null;
  }

  /** Counts a marked path that was taken. */
  mark(name: string): void {
    if (this.#closedAt === null) this.marks.set(name, (this.marks.get(name) ?? 0) + 1);
  }

  /** Counts a fault that struck. */
  strike(fault: string): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }

  /**
   * Numbers an event and mixes its fields into the hash. `at` is in microseconds. Whoever calls it adds the trace event
   * by `keep` when `trace` is on.
   */
  event(kind: TraceKind, node: NodeId, at: number, peer: number, name: string, payload: unknown): number {
    // Notes are heard only where somebody listens: they must not count.
    if (kind !== "note") this.#processed++;
    if (this.#closedAt !== null) return this.#events++;
    let hash = hashWord(this.#hash, wordOf(kind) ^ (node << 8) ^ peer);
    hash = hashWord(hash, at | 0);
    if (at > 0x7fffffff) hash = hashWord(hash, (at / 0x80000000) | 0);
    if (name !== "") hash = hashWord(hash, wordOf(name));
    this.#bodies.forget();
    if (payload !== undefined) hash = this.#bodies.mix(hash, payload);
    this.#hash = hash;
    return this.#events++;
  }

  /** Numbers a message that leaves, and mixes it into the hash. */
  send(from: NodeId, at: number, toChannel: number, keys: readonly number[] | null, body: unknown): number {
    this.#processed++;
    if (this.#closedAt !== null) return this.#events++;
    let hash = hashWord(this.#hash, sendWord ^ (from << 8) ^ toChannel);
    hash = hashWord(hash, at | 0);
    if (at > 0x7fffffff) hash = hashWord(hash, (at / 0x80000000) | 0);
    if (keys !== null) hash = hashWord(hash, wordOf(String(keys)));
    this.#hash = this.#bodies.mix(hash, body);
    return this.#events++;
  }

  /** Numbers a delivery. The hash has its payload from the send: which one it was, `order` tells of each link. */
  delivery(node: NodeId, at: number, peer: number, order: number): number {
    this.#processed++;
    if (this.#closedAt !== null) return this.#events++;
    this.#bodies.forget();
    const hash = hashWord(this.#hash, deliverWord ^ (node << 8) ^ peer);
    this.#hash = hashWord(hashWord(hash, at | 0), order);
    return this.#events++;
  }

  /** Numbers and hashes a request or an indication inside a node. */
  inside(kind: "request" | "indication", node: NodeId, path: string, name: string, args: readonly unknown[]): number {
    const hash = hashWord(hashWord(this.#hash, wordOf(kind) ^ (node << 8)), wordOf(path));
    const called = wordOf(name);
    this.#hash = insideHash.mixWhole(hashWord(hash, called), args, called);
    return this.#events++;
  }

  /** Numbers an event that only the trace sees. */
  number(): number {
    // Off the record only what happens at the border of a node counts: the same with and without a trace.
    return this.#closedAt === null ? this.#events++ : this.#events;
  }

  /** A decision was taken: it belongs to the next event that is kept, or to the one that `explain` names. */
  decided({ name, value, alternatives }: Decision): void {
    // A fault that might have struck and did not says nothing.
    if (alternatives > 2 || value !== 0) this.#decision = { name, value, alternatives };
  }

  /** Puts an event into the trace, with the decision that led to it. */
  keep(event: TraceEvent): void {
    if (this.#closedAt !== null) return;
    this.trace?.push(this.#decision === undefined ? event : { ...event, decision: this.#decision });
    this.#decision = undefined;
  }

  /** Adds to an event that was kept: the decision taken since, or what it changed. */
  explain(event: number, more: Pick<TraceEvent, "changes" | "stateHash"> = {}): void {
    const kept = this.trace?.[event];
    if (this.trace === null || kept === undefined) return;
    this.trace[event] = { ...kept, ...(this.#decision === undefined ? {} : { decision: this.#decision }), ...more };
    this.#decision = undefined;
  }

  /** Mixes the state of a module that a step may have changed; with `cover: "full"` only. */
  state(path: string, state: object): void {
    const where = wordOf(path);
    this.#hash = insideHash.mixWhole(hashWord(this.#hash, where), state, where);
  }

  /** Whether any property looks at what happens at a port path. The top is also where boots and crashes are told. */
  watches(path: string): boolean {
    return path === "" ? this.#watchers.length > 0 : this.#watchersOf(path).length > 0;
  }

  /** Something at a port, or in the life of a node, for the properties. */
  observe(event: PropertyEvent): void {
    if (event.path === "") {
      for (const watcher of this.#top) this.#ask(watcher, event);
      if (event.kind === "crash" || event.kind === "recover" || event.kind === "boot") {
        for (const watchers of this.#inner.values()) for (const watcher of watchers) this.#ask(watcher, event);
      }
    } else for (const watcher of this.#watchersOf(event.path)) this.#ask(watcher, event);
  }

  #watchersOf(path: string): readonly Watcher[] {
    let watchers = this.#watching.get(path);
    if (watchers === undefined) {
      watchers = this.#inner.get(path) ?? this.#inner.get(path.replace(/\[\d+\]/g, "[]")) ?? [];
      this.#watching.set(path, watchers);
    }
    return watchers;
  }

  /** Invariants over local states, after a step. */
  inspect(look: Inspection): void {
    for (const watcher of this.#inspecting) {
      if (watcher.broken) continue;
      this.#current = watcher;
      try {
        watcher.property.inspect?.(watcher.state, look, this.#report);
      } catch (thrown) {
        throw failureOf(watcher, thrown);
      } finally {
        this.#current = null;
      }
    }
  }

  /** Whether a liveness property is owed something, or lasts to the end whatever happens. */
  owes(prospect: Prospect): boolean {
    return this.#watchers.some(
      ({ property, state, broken }) =>
        !broken && (property.lasting === true || (property.pending?.(state, prospect) ?? null) !== null),
    );
  }

  /**
   * The run is over: properties over the whole history speak. Returns what is still owed after a fair run: whether that
   * is broken or late is for the caller to find out.
   */
  finish(prospect: Prospect, fair: boolean): readonly Owed[] {
    for (const watcher of this.#watchers)
      this.#guard(watcher, () => watcher.property.end?.(watcher.state, prospect, this.#report));
    return fair ? this.#watchers.flatMap((watcher) => this.#owedBy(watcher, prospect) ?? []) : [];
  }

  /** Of what was owed the part that is owed still. Where a property lasts, what is met now may be owed again. */
  stillOwed(owed: readonly Owed[], prospect: Prospect, atTheEnd: boolean): readonly Owed[] {
    return owed.filter(({ property: id }) => {
      const watcher = this.#watchers.find(({ property }) => property.id === id)!;
      if (watcher.property.lasting === true && !atTheEnd) return true;
      return this.#owedBy(watcher, prospect) !== undefined;
    });
  }

  /** What was owed and never came is broken. */
  breach(owed: readonly Owed[]): void {
    for (const { property: id, clause } of owed) {
      const watcher = this.#watchers.find(({ property }) => property.id === id)!;
      this.#breaks(watcher, clause, []);
    }
  }

  /** How often the premise of each property occurred. */
  exercised(): ReadonlyMap<string, number> {
    return new Map(this.#watchers.map(({ property, exercised }) => [property.id, exercised]));
  }

  /** Whether a run is over with what it has violated so far. */
  stops(at: boolean | string): boolean {
    return at === true || this.violations.some(({ property }) => property === at || property === "protocol");
  }

  /** A violation that no property states: the protocol threw, or never stops. */
  fail(property: string, clause: string): void {
    if (this.#closedAt !== null) return;
    const event = Math.max(0, this.#events - 1);
    this.violations.push({ property, clause, events: [event], event });
  }

  #owedBy(watcher: Watcher, prospect: Prospect): Owed | undefined {
    let clause: string | null = null;
    this.#guard(watcher, () => {
      clause = watcher.property.pending?.(watcher.state, prospect) ?? null;
    });
    return clause === null ? undefined : { property: watcher.property.id, clause: this.#named(clause) };
  }

  /** Properties know processes by number, people by the names of the diagram. */
  #named(clause: string): string {
    return clause.replace(
      /\b([Pp]rocess) (\d+)\b/g,
      (_, word: string, id: string) => `${word} ${this.#names[Number(id)] ?? id}`,
    );
  }

  #ask(watcher: Watcher, event: PropertyEvent): void {
    if (watcher.broken || watcher.property.on === undefined) return;
    // As `guard` does, without a closure for each event.
    this.#current = watcher;
    try {
      watcher.property.on(watcher.state, event, this.#report);
    } catch (thrown) {
      throw failureOf(watcher, thrown);
    } finally {
      this.#current = null;
    }
  }

  #guard(watcher: Watcher, ask: () => void): void {
    if (watcher.broken) return;
    this.#current = watcher;
    try {
      ask();
    } catch (thrown) {
      throw failureOf(watcher, thrown);
    } finally {
      this.#current = null;
    }
  }

  #violated(clause: string, events: readonly number[]): void {
    const watcher = this.#current;
    if (watcher !== null && this.#closedAt === null) this.#breaks(watcher, this.#named(clause), events);
  }

  #breaks(watcher: Watcher, clause: string, events: readonly number[]): void {
    if (watcher.broken) return;
    watcher.broken = true;
    const event = Math.max(0, this.events - 1);
    this.violations.push({
      property: watcher.property.id,
      clause,
      events: events.length > 0 ? events : [event],
      event,
    });
  }
}
