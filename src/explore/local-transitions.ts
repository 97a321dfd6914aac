import { type NodeId, Odometer } from "../model/index.ts";
import { atRest } from "./at-rest.ts";
import type { Atoms } from "./atoms.ts";
import { spendCrash, spendTimeout } from "./budgets.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { CarriedMessage, Happening, NodeEvent, NodeImage } from "./node-image.ts";
import { NoClock, NodeStep, ownEvents, type StepOptions } from "./node-step.ts";
import { PairTable } from "./pair-table.ts";
import type { Observed } from "./watch.ts";

const costOf = ({ kind }: NodeEvent): number => (kind === "crash" ? spendCrash : kind === "timer" ? spendTimeout : 0);

/** What a step of one node leads to, by its draws; equal outcomes of unlike draws are one. */
interface Outcome {
  readonly to: number;
  readonly sends: readonly number[];
  readonly observed: number;
  readonly thrown: number;
  readonly draws: readonly number[];
}

/** What of a node's steps a search takes part in. */
export interface LocalScope {
  /** Whether some property hears what happens at a port path. */
  readonly hears: (path: string) => boolean;
  /** Whether a crash may tear the writes of one step apart. */
  readonly tears: boolean;
  readonly mayCrash: (node: NodeId) => boolean;
  /** Whether a timer never fires, by path and name. */
  readonly isDormant: (timer: string) => boolean;
  /** Whether a process is within the limits of the scenario. */
  readonly isWithin: (image: NodeImage) => boolean;
  /** What properties see of a process, and what of it is new; null where none looks. */
  readonly views: Views | null;
}

/** What properties see of single processes: as atoms, by property. */
interface Views {
  readonly of: (image: NodeImage) => readonly number[];
  readonly between: (before: readonly number[], after: readonly number[], of: NodeImage) => readonly Observed[];
}

/** Sorts of rows: one outcome that changes nothing, sends nothing and is not seen; … */
export const changesNothing = 0;
/** … outcomes in which no process throws or ends; … */
export const isPlain = 1;
/** … and all others. */
export const isOdd = 2;
/** So many bits of a sorted row say of which sort it is. */
export const bitsOfSort = 2;

/** Of an outcome the local state that it leads to, in `packed`; … */
export const outcomeTo = 0;
/** … what properties see; … */
export const outcomeObserved = 1;
/** … what is sent, as a range of `sends`; … */
export const outcomeSendsAt = 2;
export const outcomeSendsCount = 3;
/** … what the step adds to a fingerprint, but for the event that is spent: the new local state, the old one, what is sent; … */
export const outcomeLow = 4;
export const outcomeHigh = 5;
/** … and the same without what is sent. */
export const outcomeOwnLow = 6;
export const outcomeOwnHigh = 7;
/** So many numbers has an outcome in `packed`. */
export const outcomeSize = 8;

// Why a message does not reach a local state: nobody is there, or a notice comes first.
const isDown = 1;
const isBusy = 2;

/** Draws of one step are enumerated up to this many runs of it. */
const drawsMax = 100_000;

/** What a property may see of what happened in a step. */
export const observedIn = (
  event: NodeEvent,
  image: NodeImage,
  after: Pick<NodeImage, "incarnation">,
  happenings: readonly Happening[],
  options: StepOptions,
  hears: (path: string) => boolean,
): readonly Observed[] => {
  const { node } = image;
  const { incarnation } = event.kind === "crash" ? image : after;
  const seen: Observed[] = [];
  const see = (kind: Observed["kind"], path: string, name: string, args: readonly unknown[]): void => {
    seen.push({ kind, node, incarnation, path, name, args });
  };
  if (event.kind === "boot" || event.kind === "crash" || event.kind === "recover") see(event.kind, "", "", []);
  else if (event.kind === "call" && hears("")) {
    const { script, next } = image.clients[event.client]!;
    const { request, args } = options.scripts[script]!.calls[next]!;
    see("request", "", request, args);
  }
  for (const happening of happenings) {
    const { kind } = happening;
    if (kind === "answer" && hears("")) see("indication", "", happening.name, happening.args);
    else if ((kind === "request" || kind === "indication") && hears(happening.path))
      see(kind, happening.path, happening.name, happening.args);
  }
  return seen;
};

/**
 * The memory of what steps of single nodes do: (local state, event) → outcomes. A global transition is such a step in a
 * tuple of numbers, so that the protocol runs once for each step that is new, and the rest of a search is looked up.
 */
export class LocalTransitions {
  readonly atoms: Atoms;
  /** Outcomes of a row: the first, and how many. A row is a pair of local state and event. */
  readonly rowFirst: IntBuffer = new IntBuffer();
  readonly rowCount: IntBuffer = new IntBuffer();
  readonly rowState: IntBuffer = new IntBuffer();
  readonly rowEvent: IntBuffer = new IntBuffer();
  /** Outcomes by column: the local state that they lead to, … */
  readonly to: IntBuffer = new IntBuffer();
  /** … what is sent, as a range of `sends`, … */
  readonly sendsAt: IntBuffer = new IntBuffer();
  readonly sendsCount: IntBuffer = new IntBuffer();
  /** … what properties see (0 for nothing), … */
  readonly observed: IntBuffer = new IntBuffer();
  /** … the fingerprints of all this together, … */
  readonly low: IntBuffer = new IntBuffer();
  readonly high: IntBuffer = new IntBuffer();
  /** … and what the protocol threw instead, from 1 on. */
  readonly thrown: IntBuffer = new IntBuffer();
  readonly draws: (readonly number[])[] = [];
  readonly sends: IntBuffer = new IntBuffer();
  readonly errors: string[] = [];
  /** The numbers of each outcome once more, side by side, for the hottest loop: places `outcomeTo` and on. */
  readonly packed: IntBuffer = new IntBuffer();
  /** By message: who sent it and who is to get it. */
  readonly sender: IntBuffer = new IntBuffer();
  readonly receiver: IntBuffer = new IntBuffer();
  /** By event of its own: the process, from 1 on; 0 for a message. */
  readonly site: IntBuffer = new IntBuffer();
  /** By event: what it takes from the budgets. */
  readonly cost: IntBuffer = new IntBuffer();
  /** By local state: its own events as a range of `own`; -1 when not asked yet. */
  readonly ownAt: IntBuffer = new IntBuffer();
  readonly ownCount: IntBuffer = new IntBuffer();
  readonly own: IntBuffer = new IntBuffer();
  /** By local state: 1 when it is the end of a process. */
  readonly stopped: IntBuffer = new IntBuffer();
  /** Why the search cannot go on: a protocol that needs what it has not. */
  refusal: string | null = null;
  /** How often the protocol's own code ran. */
  calls = 0;
  /** By local state: whether messages reach it. */
  readonly #hears = new IntBuffer();
  readonly #memo = new PairTable();
  readonly #views = new Map<number, readonly number[]>();
  readonly #options: StepOptions;
  readonly #scope: LocalScope;

  constructor(atoms: Atoms, options: StepOptions, scope: LocalScope) {
    this.atoms = atoms;
    this.#options = options;
    this.#scope = scope;
    // Number 0 stands for no event seen.
    atoms.idOf("observed", []);
  }

  get bytes(): number {
    return this.#memo.bytes + this.atoms.bytes + this.rowFirst.bytes * 14 + this.packed.bytes;
  }

  /** How many pairs of local state and event it knows. */
  get size(): number {
    return this.#memo.size;
  }

  /** The atom of a local state. */
  stateOf(image: NodeImage): number {
    const id = this.atoms.idOf(`process ${image.node}`, image);
    put(this.stopped, id, image.life === "stopped" ? 1 : 0);
    // What goes to a traitor stays on its way: it is what the liars know.
    const takesNothing = image.life === "traitor" || image.notices.length > 0;
    put(this.#hears, id, takesNothing ? isBusy : image.life === "up" ? 0 : isDown);
    return id;
  }

  /** The atom of an event of a node by itself. */
  eventOf(node: NodeId, event: NodeEvent): number {
    const id = this.atoms.idOf(`event of process ${node}`, event);
    put(this.cost, id, costOf(event));
    put(this.site, id, node + 1);
    return id;
  }

  /** The node of an event, whichever it is of. */
  nodeOf(event: number): NodeId {
    const site = this.site.at(event);
    return (site > 0 ? site : this.receiver.at(event)) - 1;
  }

  /** The row of a local state and an event (a message, or an event of its own). */
  row(state: number, event: number): number {
    return this.sortedRow(state, event) >> bitsOfSort;
  }

  /** The same where it was asked for before; else -1. */
  knownRow(state: number, event: number): number {
    const known = this.#memo.get(state, event);
    return known === 0 ? -1 : (known >> bitsOfSort) - 1;
  }

  /** The row, above the bits that say what sort of row it is: `changesNothing`, `isPlain` or `isOdd`. */
  sortedRow(state: number, event: number): number {
    const known = this.#memo.get(state, event);
    return known !== 0 ? known - (1 << bitsOfSort) : this.#learn(state, event);
  }

  /** Where the own events of a local state begin in `own`; how many is in `ownCount`. */
  ownOf(state: number): number {
    if (state < this.ownAt.length && this.ownAt.at(state) > 0) return this.ownAt.at(state) - 1;
    const image = this.atoms.valueOf(state) as NodeImage;
    const { tears, mayCrash, isDormant } = this.#scope;
    const events = ownEvents(image, this.#options, tears).filter(
      (event) =>
        (event.kind !== "crash" || mayCrash(image.node)) &&
        (event.kind !== "timer" || !isDormant(`${event.path}.${event.name}`)),
    );
    const at = this.own.length;
    for (const event of events) this.own.push(this.eventOf(image.node, event));
    put(this.ownAt, state, at + 1);
    put(this.ownCount, state, events.length);
    return at;
  }

  #learn(state: number, event: number): number {
    const found = this.#outcomes(state, event);
    const row = this.rowFirst.length;
    this.rowFirst.push(this.to.length);
    this.rowCount.push(found.length);
    this.rowState.push(state);
    this.rowEvent.push(event);
    for (const outcome of found) this.#keep(state, outcome);
    const sorted = (row << bitsOfSort) | this.#sortOf(state, found);
    // A value of 0 is none.
    this.#memo.set(state, event, sorted + (1 << bitsOfSort));
    return sorted;
  }

  #sortOf(state: number, found: readonly Outcome[]): number {
    if (found.some(({ to, thrown }) => thrown !== 0 || this.stopped.at(to) === 1)) return isOdd;
    const [only] = found;
    const isNothing = only?.to === state && only.sends.length === 0 && only.observed === 0;
    return isNothing && found.length === 1 ? changesNothing : isPlain;
  }

  #keep(state: number, { to, sends, observed, thrown, draws }: Outcome): void {
    const { low, high } = this.atoms;
    const [ownLow, ownHigh] = [low.at(to) - low.at(state), high.at(to) - high.at(state)];
    let [sumLow, sumHigh] = [low.at(to), high.at(to)];
    this.to.push(to);
    this.sendsAt.push(this.sends.length);
    this.sendsCount.push(sends.length);
    for (const message of sends) {
      this.sends.push(message);
      sumLow = (sumLow + low.at(message)) | 0;
      sumHigh = (sumHigh + high.at(message)) | 0;
    }
    this.observed.push(observed);
    this.low.push(sumLow);
    this.high.push(sumHigh);
    this.thrown.push(thrown);
    this.draws.push(draws);
    const [allLow, allHigh] = [sumLow - low.at(state), sumHigh - high.at(state)];
    for (const value of [
      to,
      observed,
      this.sendsAt.at(this.to.length - 1),
      sends.length,
      allLow,
      allHigh,
      ownLow,
      ownHigh,
    ])
      this.packed.push(value);
  }

  #outcomes(state: number, event: number): readonly Outcome[] {
    const isMessage = event < this.receiver.length && this.receiver.at(event) > 0;
    const value = this.atoms.valueOf(event);
    const happening: NodeEvent = isMessage
      ? { kind: "deliver", message: value as CarriedMessage }
      : (value as NodeEvent);
    // A message to a process that is down is gone.
    if (isMessage && this.#hears.at(state) === isDown)
      return [{ to: state, sends: [], observed: 0, thrown: 0, draws: [] }];
    if (isMessage && this.#hears.at(state) === isBusy) return [];
    const found = new Map<string, Outcome>();
    const odometer = new Odometer();
    let runs = 0;
    do {
      if (++runs > drawsMax) {
        this.refusal = `one step has more than ${drawsMax} outcomes by its draws`;
        break;
      }
      const outcome = this.#outcome(state, happening, odometer);
      if (outcome === null) return [];
      if (outcome === "beyond") continue;
      const key = `${outcome.to}/${outcome.observed}/${outcome.thrown}/${outcome.sends.join()}`;
      if (!found.has(key)) found.set(key, outcome);
    } while (odometer.next());
    return [...found.values()];
  }

  #outcome(state: number, event: NodeEvent, odometer: Odometer): Outcome | "beyond" | null {
    const before = this.atoms.valueOf(state) as NodeImage;
    const step = new NodeStep(this.#options, before, odometer);
    this.calls++;
    try {
      const viewsBefore = this.#viewsOf(state);
      const after = atRest(this.#options, step.run(event));
      if (!this.#scope.isWithin(after)) return "beyond";
      const to = this.stateOf(after);
      const happened = observedIn(event, before, after, step.happenings, this.#options, this.#scope.hears);
      const changed = this.#scope.views?.between(viewsBefore, this.#viewsOf(to), after) ?? [];
      const seen = changed.length === 0 ? happened : [...happened, ...changed];
      const sends = step.happenings.flatMap((each) => (each.kind === "send" ? [this.messageOf(each.message)] : []));
      return {
        to,
        sends,
        observed: seen.length === 0 ? 0 : this.atoms.idOf("observed", seen),
        thrown: 0,
        draws: odometer.path(),
      };
    } catch (thrown) {
      if (thrown instanceof NoClock) {
        this.refusal = thrown.text;
        return null;
      }
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      return { to: state, sends: [], observed: 0, thrown: this.errors.push(text), draws: odometer.path() };
    }
  }

  #viewsOf(state: number): readonly number[] {
    const { views } = this.#scope;
    if (views === null) return [];
    let known = this.#views.get(state);
    if (known === undefined) {
      known = views.of(this.atoms.valueOf(state) as NodeImage);
      this.#views.set(state, known);
    }
    return known;
  }

  /** The outcome of a row that leads to the same as another outcome, and sends and shows the same. */
  outcomeLike(outcome: number, row: number): number {
    const sent = (at: number): string =>
      Array.from(this.sends.data.subarray(this.sendsAt.at(at), this.sendsAt.at(at) + this.sendsCount.at(at)))
        .sort((a, b) => a - b)
        .join();
    const first = this.rowFirst.at(row);
    for (let at = first; at < first + this.rowCount.at(row); at++) {
      const isThrown = (this.thrown.at(at) === 0) === (this.thrown.at(outcome) === 0);
      const isSeen = this.observed.at(at) === this.observed.at(outcome);
      if (isThrown && isSeen && this.to.at(at) === this.to.at(outcome) && sent(at) === sent(outcome)) return at;
    }
    throw new Error("two local states were taken for one, and one of them has an outcome that the other has not");
  }

  /** The atom of a message. */
  messageOf(message: CarriedMessage): number {
    const { from, to } = message;
    if (this.#options.programs[to] === undefined)
      throw new Error(`it sends to process ${to}, and the last one is ${this.#options.programs.length - 1}`);
    const id = this.atoms.idOf("message", message);
    put(this.sender, id, from + 1);
    put(this.receiver, id, to + 1);
    put(this.site, id, 0);
    return id;
  }
}

/** Sets one number of a column that grows on demand; what lies between is 0. */
const put = (column: IntBuffer, at: number, value: number): void => {
  while (column.length <= at) column.push(0);
  column.data[at] = value;
};
