import { clone, type EventId, equal, type Incarnation, type NodeId, type SystemModel } from "../model/index.ts";

/** Safety: a finite run can break it. Liveness: only a run that goes on for ever, here a run past its bound, can. */
export type PropertyKind = "safety" | "liveness";

/** What a property sees: requests and indications at its port, and the life of the correct nodes. */
export interface PropertyEvent {
  readonly kind: "request" | "indication" | "boot" | "crash" | "recover" | "end-of-script";
  readonly event: EventId;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** Milliseconds of virtual time. */
  readonly at: number;
  /** The node's own clocks, milliseconds. */
  readonly monotonic: number;
  readonly wall: number;
  /** Port path; empty for the top of the stack, where requests come from and indications go to the outside. */
  readonly path: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What is fixed before a run starts. */
export interface RunSite {
  /** Ids of all nodes, ascending. */
  readonly nodes: readonly NodeId[];
  readonly model: SystemModel;
  readonly parameters: Parameters;
}

/** Values of a scenario's parameters and of the dials', by name. */
export interface Parameters {
  readonly [name: string]: number | string | boolean;
}

/** The state of the world when a liveness property is asked. */
export interface Prospect {
  /** Nodes that are neither Byzantine nor down now, and (where nodes only stop) never were. */
  readonly correct: readonly NodeId[];
  readonly at: number;
  /** Whether faults have ended: from then on progress is owed. */
  readonly healed: boolean;
}

/** How a property reports. */
export interface Report {
  /** The premise of the property occurred: without it a verdict says nothing. */
  premise(): void;
  /** The property is broken: the clause that failed, and the events at fault. */
  violated(clause: string, ...events: readonly EventId[]): void;
}

/** Looks into the nodes, for invariants over local states. */
export interface Inspection {
  /** Volatile state of the module at a port path of a node; undefined while the node is down. */
  state(node: NodeId, path: string): unknown;
  /** A record on disk of the module at a port path, as the node sees it. */
  record(node: NodeId, path: string, name: string): unknown;
  /** A log on disk of the module at a port path, as the node sees it; undefined where nothing was ever written to it. */
  log(
    node: NodeId,
    path: string,
    name: string,
  ): { readonly first: number; readonly entries: readonly unknown[] } | undefined;
  /** The same log as it would be after a crash now, where the host can tell. */
  durableLog?(
    node: NodeId,
    path: string,
    name: string,
  ): { readonly first: number; readonly entries: readonly unknown[] } | undefined;
  /** The node that took the last step, where one did: the others are as they were. */
  readonly node?: NodeId;
  /** The latest event. */
  readonly event: EventId;
  readonly at: number;
}

/** What a property sees of one process is another than before. */
export interface ViewChange<V> {
  readonly node: NodeId;
  /** Null before the process was ever up. */
  readonly before: V | null;
  readonly after: V;
  /** The latest event. */
  readonly event: EventId;
}

/** How a property looks into the processes, one at a time. */
export interface ProcessView<S, V = unknown> {
  /** What it sees of one process: plain data, that depends on the state and the disk of this process alone. */
  of(look: Inspection, node: NodeId): V;
  /** A step of a process changed what is seen of it. */
  changed(s: S, change: ViewChange<V>, report: Report): void;
}

/**
 * A property as a fold over what happens at one port. `S` is plain data. Events of Byzantine nodes are not seen: no
 * property speaks about them.
 */
export interface Property<S = unknown> {
  /** Textbook id (`PL2`), unique within a scenario. */
  readonly id: string;
  readonly kind: PropertyKind;
  /** The property in words, as the book has it. */
  readonly text: string;
  /** The port that it watches; the top of the stack when absent. Family keys are left out: `slot[].leader`. */
  readonly port?: string;
  /** What it knows before the first event of a run. */
  init(site: RunSite): S;
  /** Takes in one event at the port. Absent where only states, or the whole history, matter. */
  on?(s: S, event: PropertyEvent, report: Report): void;
  /**
   * An equal state for an exhaustive search: of states that no event to come and no verdict can tell apart, always the
   * same one. Without it two runs stay apart that differ only in what the property need not have remembered.
   */
  canonical?(s: S): S;
  /** Called after every step: an invariant over local states. */
  inspect?(s: S, look: Inspection, report: Report): void;
  /**
   * The same as `inspect`, for an exhaustive search: one process at a time, so that it is a step of that process which the
   * search remembers. Made by `viewing`.
   */
  readonly view?: ProcessView<S>;
  /** Liveness: the clause that is still owed, or null. Owed at the end of a fair run and long after it, it is broken. */
  pending?(s: S, prospect: Prospect): string | null;
  /** A liveness property of the form "from some time on": the run is not cut short when nothing is owed. */
  readonly lasting?: boolean;
  /** At the end of every run, also an unfair one: safety properties over the whole history (linearizability). */
  end?(s: S, prospect: Prospect, report: Report): void;
}

/** A property whose type of state nobody needs to know. */
export type AnyProperty = Property<never>;

/** Lets a property watch another port than the top of the stack. */
export const at = <S>(port: string, property: Property<S>): Property<S> => ({ ...property, port });

/** Gives a property of a scenario a longer id, where one scenario states the same property twice. */
export const named = <S>(id: string, property: Property<S>): Property<S> => ({ ...property, id });

/** Properties of unlike states in one list. */
export const properties = (...all: readonly Property<never>[]): readonly AnyProperty[] => all;

/** What `viewing` remembers: the views as they were, where the host does not remember them itself. */
interface Viewed<S, V> {
  readonly nodes: readonly NodeId[];
  readonly views: (V | null)[];
  readonly memory: S;
}

/** A property that looks into the processes one at a time. */
export interface ViewingProperty<S, V> extends Pick<Property<S>, "id" | "text" | "init"> {
  readonly view: ProcessView<S, V>;
}

/**
 * A safety property over what is seen of single processes. Every host can check it; an exhaustive search can look for
 * symmetry and leave out steps beside it, which it cannot beside a property that looks at all processes at once.
 */
export const viewing = <S, V>({ id, text, init, view }: ViewingProperty<S, V>): AnyProperty =>
  property<Viewed<S, V>>({
    id,
    kind: "safety",
    text,
    init: (site) => ({ nodes: site.nodes, views: site.nodes.map(() => null), memory: init(site) }),
    inspect({ nodes, views, memory }, look, report) {
      for (const node of look.node === undefined ? nodes : [look.node]) {
        const after = view.of(look, node);
        const before = views[node] ?? null;
        if (equal(before, after)) continue;
        views[node] = clone(after);
        view.changed(memory, { node, before, after, event: look.event }, report);
      }
    },
    view: {
      of: (look, node) => view.of(look, node),
      changed: ({ memory }, change, report) => view.changed(memory, change as ViewChange<V>, report),
    },
  });

/** States a property with the type of its state inferred. */
export const property = <S>(definition: Property<S>): AnyProperty => definition as unknown as AnyProperty;
