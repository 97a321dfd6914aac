import type {
  AnyProperty,
  Inspection,
  Property,
  PropertyEvent,
  Prospect,
  Report,
  RunSite,
  ViewChange,
} from "../check/index.ts";
import type { NodeId } from "../model/index.ts";
import { PropertyError } from "../simulate/index.ts";
import type { Atoms } from "./atoms.ts";
import { rankAt, ranked } from "./event-ranks.ts";
import { PairTable } from "./pair-table.ts";

/** One event as the properties see it, or a new view of a process. Plain data; no time, no number. */
export interface Observed {
  readonly kind: PropertyEvent["kind"] | "view";
  readonly node: NodeId;
  readonly incarnation: number;
  readonly path: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A property that a step broke. */
export interface Break {
  /** Its place in the list of properties. */
  readonly property: number;
  readonly clause: string;
}

/** A property with what is known of it in this search. */
interface Watched {
  readonly property: Property;
  readonly port: string;
  exercised: number;
  readsTime: boolean;
  over: boolean;
}

/** What all properties remember, as one atom: the state of each, and who is down. */
interface WatchImage {
  /** Atoms, by property. */
  readonly states: readonly number[];
  readonly down: readonly NodeId[];
}

const isLife = (kind: Observed["kind"]): boolean => kind === "boot" || kind === "crash" || kind === "recover";
const withoutKeys = (path: string): string => path.replace(/\[\d+\]/g, "[]");

/** Whether a property looks at all processes at once. */
const looksAtAll = ({ inspect, view }: Property): boolean => inspect !== undefined && view === undefined;

const changeOf = ({ node, args }: Observed, event: number): ViewChange<unknown> => ({
  node,
  before: args[0],
  after: args[1],
  event,
});

/**
 * The properties of a search. Each is a fold over plain data, so what all of them remember is one number, and what an
 * event does to it is looked up: (remembered, seen) → remembered.
 */
export class Watch {
  /** Whether some property looks into the states of all nodes at once. */
  inspects: boolean;
  readonly #watched: readonly Watched[];
  readonly #site: RunSite;
  readonly #atoms: Atoms;
  #table = new PairTable();
  #rows: { readonly to: number; readonly breaks: readonly Break[] }[] = [];
  readonly #looks = new Map<string, { readonly to: number; readonly breaks: readonly Break[] }>();
  readonly #clauses = new Map<string, string | null>();

  constructor(properties: readonly AnyProperty[], site: RunSite, atoms: Atoms) {
    this.#site = site;
    this.#atoms = atoms;
    this.#watched = properties.map((each) => {
      const property = each as unknown as Property;
      return { property, port: property.port ?? "", exercised: 0, readsTime: false, over: false };
    });
    this.inspects = this.#anyInspects();
  }

  /** Begins anew: what was seen so far was seen in searches that proved nothing. */
  forget(): void {
    this.#table = new PairTable();
    this.#rows = [];
    this.#looks.clear();
    for (const watched of this.#watched) {
      watched.exercised = 0;
      watched.readsTime = false;
    }
  }

  /** Whether some property hears ports inside the nodes. */
  get looksInside(): boolean {
    return this.#watched.some(({ port }) => port !== "");
  }

  /** Whether some property hears what happens at a port path. */
  hears(path: string): boolean {
    return this.#watched.some(({ port }) => path === port || withoutKeys(path) === port);
  }

  /** Whether some property looks into single nodes. */
  get views(): boolean {
    return this.#watched.some(({ property }) => property.view !== undefined);
  }

  /** What the properties see of a node, as atoms, by property; 0 for those that look into none, or have not yet. */
  viewsOf(look: Inspection | null, node: NodeId): readonly number[] {
    return this.#watched.map(({ property }, at) =>
      property.view === undefined || look === null
        ? 0
        : this.#atoms.idOf(
            `view of ${property.id}`,
            this.#guard(at, () => property.view!.of(look, node)),
          ),
    );
  }

  /** What is seen of a node where it is another view than before. */
  changesBetween(
    before: readonly number[],
    after: readonly number[],
    of: Pick<Observed, "node" | "incarnation">,
  ): readonly Observed[] {
    return this.#watched.flatMap(({ property: { id } }, at): readonly Observed[] => {
      if (before[at] === after[at]) return [];
      const args = [before[at] === 0 ? null : this.#atoms.valueOf(before[at]!), this.#atoms.valueOf(after[at]!)];
      return [{ kind: "view", node: of.node, incarnation: of.incarnation, path: "", name: id, args }];
    });
  }

  #anyInspects(): boolean {
    return this.#watched.some(({ property, over }) => looksAtAll(property) && !over);
  }

  /** How many folds there were, each called once. */
  get size(): number {
    return this.#table.size;
  }

  get bytes(): number {
    return this.#table.bytes + (this.#rows.length + this.#looks.size) * 64;
  }

  /** In how many unlike situations the premise of a property occurred. */
  exercised(property: number): number {
    return this.#watched[property]!.exercised;
  }

  /** Whether a property asked for the time: there is none in a search, so its verdict would mean nothing. */
  readsTime(property: number): boolean {
    return this.#watched[property]!.readsTime;
  }

  /** What is remembered before anything happened; nobody counts on those that are down from the start. */
  initial(down: readonly NodeId[] = []): number {
    const states = this.#watched.map(({ property }) => this.#intern(property, property.init(this.#site)));
    return this.#atoms.idOf("watch", { states, down } satisfies WatchImage);
  }

  /** A property is decided: from here on it remembers nothing, so that it tells no states apart. */
  stop(property: number): void {
    this.#watched[property]!.over = true;
    this.inspects = this.#anyInspects();
  }

  /** Whether any property is still looked after. */
  get isOver(): boolean {
    return this.#watched.every(({ over }) => over);
  }

  /** A row of what a list of events does to what is remembered. */
  next(watch: number, observed: number): number {
    const known = this.#table.get(watch, observed);
    if (known > 0) return known - 1;
    const row = this.#rows.push(this.#fold(watch, this.#atoms.valueOf(observed) as readonly Observed[])) - 1;
    this.#table.set(watch, observed, row + 1);
    return row;
  }

  /** What is remembered after a row. */
  to(row: number): number {
    return this.#rows[row]!.to;
  }

  /** What broke in a row. */
  breaks(row: number): readonly Break[] {
    return this.#rows[row]!.breaks;
  }

  /** Lets the properties look into the nodes. `key` names the states of all nodes. */
  inspect(watch: number, key: string, look: Inspection): { readonly to: number; readonly breaks: readonly Break[] } {
    const whole = `${watch}/${key}`;
    let found = this.#looks.get(whole);
    if (found === undefined) {
      const breaks: Break[] = [];
      const image = this.#imageOf(watch);
      const states = image.states.map((state, at) => {
        const { property, over } = this.#watched[at]!;
        if (over || !looksAtAll(property)) return state;
        const value = this.#atoms.valueOf(state);
        this.#guard(at, () => property.inspect!(value, look, this.#report(at, breaks)));
        return this.#intern(property, value);
      });
      found = { to: this.#atoms.idOf("watch", { states, down: image.down } satisfies WatchImage), breaks };
      this.#looks.set(whole, found);
    }
    return found;
  }

  /** What a liveness property is still owed after some remembered past, or null. */
  pending(watch: number, property: number): string | null {
    const key = `${watch}/${property}`;
    let clause = this.#clauses.get(key);
    if (clause === undefined) {
      const { states, down } = this.#imageOf(watch);
      clause =
        this.#guard(property, () =>
          this.#watched[property]!.property.pending?.(
            this.#atoms.valueOf(states[property]!),
            this.#prospect(property, down, true),
          ),
        ) ?? null;
      this.#clauses.set(key, clause);
    }
    return clause;
  }

  #imageOf(watch: number): WatchImage {
    return this.#atoms.valueOf(watch) as WatchImage;
  }

  #fold(watch: number, observed: readonly Observed[]): { readonly to: number; readonly breaks: readonly Break[] } {
    const image = this.#imageOf(watch);
    const breaks: Break[] = [];
    const down = downAfter(image.down, observed);
    const states = image.states.map((state, at) => {
      if (this.#watched[at]!.over) return this.#atoms.idOf("over", null);
      return this.#foldOne(at, state, observed, down, breaks);
    });
    return { to: this.#atoms.idOf("watch", { states, down } satisfies WatchImage), breaks };
  }

  #foldOne(at: number, state: number, observed: readonly Observed[], down: readonly NodeId[], breaks: Break[]): number {
    const { property, port } = this.#watched[at]!;
    const heard = observed.filter(({ kind, path, name }) => {
      if (kind === "view") return name === property.id;
      return (isLife(kind) && path === "") || path === port || withoutKeys(path) === port;
    });
    if (heard.length === 0) return state;
    const value = this.#atoms.valueOf(state);
    const { count } = ranked(value);
    const report = this.#report(at, breaks);
    this.#guard(at, () => {
      for (const [index, event] of heard.entries()) {
        const number = rankAt(count + index);
        if (event.kind === "view") property.view?.changed(value, changeOf(event, number), report);
        else property.on?.(value, this.#eventOf(at, event, event.kind, number), report);
      }
    });
    // Any point may be the end of a run, so what a property says at the end it says now.
    const brokeAlready = breaks.some(({ property: broken }) => broken === at);
    if (property.end !== undefined && !brokeAlready)
      this.#guard(at, () => property.end!(value, this.#prospect(at, down, false), report));
    return this.#intern(property, value);
  }

  #intern(property: Property, value: unknown): number {
    const canonical = property.canonical === undefined ? value : property.canonical(value);
    return this.#atoms.idOf(property.id, ranked(canonical).value);
  }

  #report(at: number, breaks: Break[]): Report {
    return {
      premise: () => {
        this.#watched[at]!.exercised++;
      },
      violated: (clause) => {
        if (!breaks.some(({ property }) => property === at)) breaks.push({ property: at, clause });
      },
    };
  }

  /** Times are there and mean nothing; whoever asks for one gets a mark. */
  #eventOf(
    at: number,
    { node, incarnation, path, name, args }: Observed,
    kind: PropertyEvent["kind"],
    event: number,
  ): PropertyEvent {
    const watched = this.#watched[at]!;
    const time = (): number => {
      watched.readsTime = true;
      return 0;
    };
    return {
      kind,
      event,
      node,
      incarnation,
      path,
      name,
      args,
      get at() {
        return time();
      },
      get monotonic() {
        return time();
      },
      get wall() {
        return time();
      },
    };
  }

  #prospect(at: number, down: readonly NodeId[], healed: boolean): Prospect {
    const watched = this.#watched[at]!;
    return {
      correct: this.#site.nodes.filter((node) => !down.includes(node)),
      healed,
      get at() {
        watched.readsTime = true;
        return 0;
      },
    };
  }

  #guard<T>(at: number, ask: () => T): T {
    try {
      return ask();
    } catch (thrown) {
      throw new PropertyError(
        `property ${this.#watched[at]!.property.id} throws: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        { cause: thrown },
      );
    }
  }
}

const downAfter = (down: readonly NodeId[], observed: readonly Observed[]): readonly NodeId[] => {
  let after = down;
  for (const { kind, node } of observed) {
    if (kind === "crash") after = [...after, node].sort((a, b) => a - b);
    else if (kind === "recover") after = after.filter((other) => other !== node);
  }
  return after;
};
