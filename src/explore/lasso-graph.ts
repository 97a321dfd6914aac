import type { FairGraph } from "./fair-cycles.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { NetworkKind } from "./network-draft.ts";
import type { NodeEvent, NodeImage } from "./node-image.ts";
import { PairTable } from "./pair-table.ts";
import { atNodes, atNumber, atWatch } from "./state-layout.ts";
import { asLie } from "./ways-of-taking.ts";

/** A step of a search: the event, and how it was taken. */
export type SearchStep = readonly [event: number, how: number];

/** What one process owes in a local state. */
interface Duty {
  /** Its own events that may not be put off for ever. */
  readonly owed: readonly number[];
  /** A notice comes back before all that is owed. */
  readonly isBusy: boolean;
  readonly isDown: boolean;
  /** What goes to a traitor is never taken off the network. */
  readonly isTraitor: boolean;
}

/**
 * The action of an edge on which a traitor speaks: unlike that of every message that a process sent. Nobody has to speak,
 * and what a traitor says it says again without any cause.
 */
const lieOf = (event: number): number => -1 - event;

/** A process that is up goes on; crashes and recoveries are nobody's duty. */
export const isOwed = ({ kind }: NodeEvent): boolean => kind !== "crash" && kind !== "recover" && kind !== "boot";

/** The states that a search visits, and every step between them: what liveness is decided on. */
export class LassoGraph {
  /** By vertex: what the properties remember, and how many processes are down. */
  readonly watch: IntBuffer = new IntBuffer();
  readonly down: IntBuffer = new IntBuffer();
  readonly #local: LocalTransitions;
  readonly #nodes: number;
  readonly #network: NetworkKind;
  readonly #waysOfTaking: number;
  readonly #duties = new Map<number, Duty>();
  readonly #notices = new Set<number>();
  readonly #numbers = new PairTable();
  readonly #firstOf = new IntBuffer();
  readonly #targets = new IntBuffer();
  readonly #events = new IntBuffer();
  readonly #hows = new IntBuffer();
  readonly #owedFirst = new IntBuffer();
  readonly #owed = new IntBuffer();
  readonly #causedFirst = new IntBuffer();
  readonly #caused = new IntBuffer();
  /** By vertex: the processes that are busy, a bit each. */
  readonly #busy = new IntBuffer();
  #state: Int32Array = new Int32Array(0);

  constructor(local: LocalTransitions, nodes: number, network: NetworkKind, waysOfTaking: number) {
    this.#local = local;
    this.#nodes = nodes;
    this.#network = network;
    this.#waysOfTaking = waysOfTaking;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return (this.#targets.bytes + this.#causedFirst.bytes) * 2 + this.#caused.bytes + this.#owed.bytes;
  }

  /** The number of a state, by its fingerprint: in the order of discovery, as a search numbers them. */
  numberOf(low: number, high: number): number {
    const known = this.#numbers.get(low, high);
    if (known > 0) return known - 1;
    const number = this.#numbers.size;
    this.#numbers.set(low, high, number + 1);
    return number;
  }

  /** A state whose steps are about to be taken; `messageOf` says what an item of the network delivers next. */
  leave(state: Int32Array, messageOf: (item: number) => number): void {
    if (state[atNumber] !== this.#firstOf.length) throw new Error("states are left in the order of their discovery");
    this.#state = state;
    this.watch.push(state[atWatch]!);
    this.#firstOf.push(this.#targets.length);
    this.#owedFirst.push(this.#owed.length);
    let [busy, down] = [0, 0];
    for (let node = 0; node < this.#nodes; node++) {
      const { owed, isBusy, isDown } = this.#dutyOf(state[atNodes + node]!);
      for (const event of owed) this.#owed.push(event);
      if (isBusy) busy |= 1 << node;
      if (isDown) down++;
    }
    this.#busy.push(busy);
    this.down.push(down);
    // On a network that may lose everything that it has, a message is owed only if it is sent for ever.
    if (this.#network === "set") return;
    const first = atNodes + this.#nodes + 1;
    for (let at = first; at < first + state[first - 1]!; at++)
      // Equal messages lie side by side, and are owed once.
      if (at === first || state[at] !== state[at - 1]) this.#owe(messageOf(state[at]!));
  }

  #owe(message: number): void {
    const receiver = this.#state[atNodes + this.#local.receiver.at(message) - 1]!;
    if (!this.#dutyOf(receiver).isTraitor) this.#owed.push(message);
  }

  /** A step of the state that was left last. */
  arrive(low: number, high: number, event: number, how: number): void {
    this.#targets.push(this.numberOf(low, high));
    this.#events.push(event);
    this.#hows.push(how);
    this.#causedFirst.push(this.#caused.length);
    if (this.#network === "set") this.#cause(event, how);
  }

  /** The steps of edges. */
  stepsOf(edges: readonly { readonly edge: number }[]): readonly SearchStep[] {
    return edges.map(({ edge }) => [this.#events.at(edge), this.#hows.at(edge)]);
  }

  /** The graph, once all is explored. */
  finish(): FairGraph {
    const closed = (starts: IntBuffer, end: number): Int32Array => {
      const all = starts.data.slice(0, starts.length + 1);
      all[starts.length] = end;
      return all;
    };
    for (const starts of [this.#firstOf, this.#owedFirst, this.#causedFirst]) starts.reserve(1);
    const { receiver } = this.#local;
    const isMessage = (action: number): boolean => action >= 0 && action < receiver.length && receiver.at(action) > 0;
    return {
      vertices: this.#firstOf.length,
      firstOf: closed(this.#firstOf, this.#targets.length),
      targets: this.#targets.data.slice(0, this.#targets.length),
      actions: this.#events.data
        .slice(0, this.#events.length)
        .map((event, edge) => (this.#hows.at(edge) % this.#waysOfTaking === asLie ? lieOf(event) : event)),
      owedFirst: closed(this.#owedFirst, this.#owed.length),
      owed: this.#owed.data.slice(0, this.#owed.length),
      hides: this.#hides(),
      causedFirst: closed(this.#causedFirst, this.#caused.length),
      caused: this.#caused.data.slice(0, this.#caused.length),
      needsCause: (action) => this.#network === "set" && isMessage(action),
    };
  }

  #hides(): FairGraph["hides"] {
    const { receiver } = this.#local;
    const busy = this.#busy.data.subarray(0, this.#busy.length);
    if (busy.every((mask) => mask === 0)) return null;
    const isMessage = (action: number): boolean => action < receiver.length && receiver.at(action) > 0;
    return (vertex, action) =>
      !(isMessage(action) || this.#notices.has(action)) && (busy[vertex]! & (1 << this.#local.nodeOf(action))) !== 0;
  }

  #dutyOf(state: number): Duty {
    const known = this.#duties.get(state);
    if (known !== undefined) return known;
    const local = this.#local;
    const at = local.ownOf(state);
    const own = Array.from(local.own.data.subarray(at, at + local.ownCount.at(state)));
    const kinds = own.map((event) => local.atoms.valueOf(event) as NodeEvent);
    for (const [index, { kind }] of kinds.entries()) if (kind === "notice") this.#notices.add(own[index]!);
    const { life } = local.atoms.valueOf(state) as NodeImage;
    const duty: Duty = {
      owed: own.filter((_, index) => isOwed(kinds[index]!)),
      isBusy: kinds.some(({ kind }) => kind === "notice"),
      isDown: life !== "up",
      isTraitor: life === "traitor",
    };
    this.#duties.set(state, duty);
    return duty;
  }

  /** What a step sends to those who are there to get it. */
  #cause(event: number, how: number): void {
    const local = this.#local;
    const row = local.row(this.#state[atNodes + local.nodeOf(event)]!, event);
    const outcome = local.rowFirst.at(row) + Math.floor(how / this.#waysOfTaking);
    const at = local.sendsAt.at(outcome);
    for (let index = at; index < at + local.sendsCount.at(outcome); index++) {
      const message = local.sends.at(index);
      const receiver = this.#state[atNodes + local.receiver.at(message) - 1]!;
      if (local.stopped.at(receiver) !== 1) this.#caused.push(message);
    }
  }
}
