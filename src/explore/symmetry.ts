import type { NodeId } from "../model/index.ts";
import type { Atoms } from "./atoms.ts";
import { IntBuffer } from "./int-buffer.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { Watch } from "./watch.ts";

const itself = (state: number): number => state;

/** One way to rename the processes: the new name of each. */
type Renaming = readonly NodeId[];

/** The most renamings that a search tries for each state: 5 interchangeable processes. */
export const renamingsMax = 120;

const permutations = (items: readonly NodeId[]): readonly (readonly NodeId[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));

/** All renamings that permute the processes within each group, the one that changes nothing first. */
export const renamingsOf = (nodes: number, groups: readonly (readonly NodeId[])[]): readonly Renaming[] =>
  groups.reduce<readonly Renaming[]>(
    (before, group) =>
      before.flatMap((renaming) =>
        permutations(group).map((permuted) => {
          const renamed = [...renaming];
          for (const [at, node] of group.entries()) renamed[node] = permuted[at]!;
          return renamed;
        }),
      ),
    [Array.from({ length: nodes }, (_, node) => node)],
  );

/** What was learned, and from what. */
interface Learned {
  /** By renaming: the image of each atom, from 1 on; 0 where it is not known. */
  readonly images: readonly IntBuffer[];
  readonly rows: Set<number>;
  readonly owns: Set<number>;
  readonly folds: Set<number>;
  refusal: string | null;
}

/**
 * Symmetry between processes, found out and not declared. What a renaming makes of a local state, a message or a
 * remembered past is learned from the steps themselves: if a step of `s` at `e` leads to `t` and sends `m`, then the same
 * step of the renamed `s` at the renamed `e` leads to the renamed `t` and sends the renamed `m`. Every such pair of steps
 * is looked at, also of those of the properties. One that contradicts another refutes the symmetry; where none does, the
 * renaming maps runs to runs and violations to violations, so that one state of each orbit is enough.
 *
 * Values that processes bring along are renamed with them: which of two proposers has "v1" is no difference.
 */
export class Symmetry {
  low = 0;
  high = 0;
  /** How many unlike states are in the orbit of the state that was fingerprinted last. */
  orbit = 1;
  readonly #renamings: readonly Renaming[];
  /** Of local states as they are, and of those that stand for others while a reduction is in force. */
  readonly #exact: Learned;
  #learned: Learned;
  #of: (state: number) => number = itself;
  /** `#between[from][to]`: the renaming that leads from the image under one to that under another. */
  readonly #between: readonly (readonly number[])[];
  readonly #atoms: Atoms;
  readonly #local: LocalTransitions;
  readonly #watch: Watch;

  constructor(renamings: readonly Renaming[], atoms: Atoms, local: LocalTransitions, watch: Watch) {
    this.#renamings = renamings;
    this.#exact = {
      images: renamings.map(() => new IntBuffer()),
      rows: new Set(),
      owns: new Set(),
      folds: new Set(),
      refusal: null,
    };
    this.#learned = this.#exact;
    this.#atoms = atoms;
    this.#local = local;
    this.#watch = watch;
    const keys = new Map(renamings.map((renaming, at) => [renaming.join(), at]));
    this.#between = renamings.map((from) =>
      renamings.map((to) => {
        const renamed: NodeId[] = [];
        for (const [node, name] of from.entries()) renamed[name] = to[node]!;
        return keys.get(renamed.join())!;
      }),
    );
  }

  /** Why the processes are not interchangeable after all. */
  get refusal(): string | null {
    return this.#learned.refusal;
  }

  /**
   * From here on local states stand for others that nobody can tell from them, so that an image is as good as what stands
   * for it. What is learned meanwhile holds only as long as they do.
   */
  standFor(of: (state: number) => number): void {
    const { images, rows, owns, folds, refusal } = this.#exact;
    const standing = images.map((column) => {
      const copy = new IntBuffer();
      for (let atom = 0; atom < column.length; atom++)
        copy.push(column.at(atom) === 0 ? 0 : of(column.at(atom) - 1) + 1);
      return copy;
    });
    this.#of = of;
    this.#learned = { images: standing, rows: new Set(rows), owns: new Set(owns), folds: new Set(folds), refusal };
  }

  /** Every local state stands for itself again. */
  standForThemselves(): void {
    this.#of = itself;
    this.#learned = this.#exact;
  }

  /** What the properties remembered is numbered anew. */
  forgetFolds(): void {
    this.#exact.folds.clear();
    this.#learned.folds.clear();
  }

  /** Whether the images of an atom are known. */
  knows(atom: number): boolean {
    const [, column] = this.#learned.images;
    return column === undefined || (atom < column.length && column.at(atom) !== 0);
  }

  /** The images of a local state and an event, that under which they are themselves included. */
  imagesOf(state: number, event: number): readonly (readonly [state: number, event: number])[] {
    return this.#renamings.map((_, at) => [this.#image(at, state), this.#image(at, event)]);
  }

  /** Something cannot be renamed. */
  refuse(why: string): void {
    this.#learned.refusal ??= why;
  }

  /** Says that the atoms of an array by process are each other's images: the processes before their boot. */
  identify(atoms: readonly number[]): void {
    for (const [at, renaming] of this.#renamings.entries())
      for (const [node, atom] of atoms.entries()) this.#link(at, atom, atoms[renaming[node]!]!);
  }

  /** Says that an atom is its own image. */
  fix(atom: number): void {
    for (let at = 0; at < this.#renamings.length; at++) this.#link(at, atom, atom);
  }

  /** Learns from a step of one process, and from the same step of the others. */
  learnRow(state: number, event: number, row: number): void {
    if (this.#learned.rows.has(row)) return;
    const rows = this.#renamings.map((_, at) => this.#local.row(this.#image(at, state), this.#image(at, event)));
    for (const each of rows) this.#learned.rows.add(each);
    this.#pairwise((between, from, to) => this.#linkRows(between, rows[from]!, rows[to]!));
  }

  /** Learns which events of its own a process has. */
  learnOwn(state: number): void {
    if (this.#learned.owns.has(state)) return;
    const states = this.#renamings.map((_, at) => this.#image(at, state));
    for (const each of states) this.#learned.owns.add(each);
    const firsts = states.map((each) => this.#local.ownOf(each));
    const { own, ownCount } = this.#local;
    this.#pairwise((between, from, to) => {
      const count = ownCount.at(states[from]!);
      if (count !== ownCount.at(states[to]!)) return this.refuse("one process has more to do than another");
      for (let at = 0; at < count; at++) this.#link(between, own.at(firsts[from]! + at), own.at(firsts[to]! + at));
    });
  }

  /** Learns from what the properties remember after some events. */
  learnFold(remembers: number, observed: number, fold: number): void {
    if (this.#learned.folds.has(fold)) return;
    const folds = this.#renamings.map((_, at) =>
      this.#watch.next(this.#image(at, remembers), this.#image(at, observed)),
    );
    for (const each of folds) this.#learned.folds.add(each);
    const brokenBy = (at: number): string =>
      this.#watch
        .breaks(folds[at]!)
        .map(({ property }) => property)
        .join();
    this.#pairwise((between, from, to) => {
      this.#link(between, this.#watch.to(folds[from]!), this.#watch.to(folds[to]!));
      if (brokenBy(from) !== brokenBy(to)) this.refuse("a property tells the processes apart");
    });
  }

  /** Fingerprints of the parts of a state that have images, least over all renamings: `low` and `high` afterwards. */
  fingerprint(
    locals: Int32Array,
    from: number,
    nodes: number,
    remembers: number,
    items: Int32Array,
    count: number,
  ): void {
    let fixing = 0;
    const { images } = this.#learned;
    for (const [at, { data }] of images.entries()) {
      const { low, high } = this.#atoms;
      const watch = data[remembers]! - 1;
      let sumLow = low.data[watch]!;
      let sumHigh = high.data[watch]!;
      for (let index = from; index < from + nodes; index++) {
        const image = data[locals[index]!]! - 1;
        sumLow = (sumLow + low.data[image]!) | 0;
        sumHigh = (sumHigh + high.data[image]!) | 0;
      }
      for (let index = 0; index < count; index++) {
        const image = data[items[index]!]! - 1;
        sumLow = (sumLow + low.data[image]!) | 0;
        sumHigh = (sumHigh + high.data[image]!) | 0;
      }
      if (at > 0 && sumHigh === this.high && sumLow === this.low) fixing++;
      if (at > 0 && (sumHigh > this.high || (sumHigh === this.high && sumLow >= this.low))) continue;
      this.low = sumLow;
      this.high = sumHigh;
      fixing = 1;
    }
    this.orbit = images.length / fixing;
  }

  #pairwise(link: (between: number, from: number, to: number) => void): void {
    for (const [from, row] of this.#between.entries())
      for (const [to, between] of row.entries()) link(between, from, to);
  }

  #linkRows(between: number, from: number, to: number): void {
    const local = this.#local;
    const count = local.rowCount.at(from);
    if (count !== local.rowCount.at(to)) return this.refuse("draws have outcomes at one process that another has not");
    for (let at = 0; at < count; at++)
      this.#linkOutcomes(between, local.rowFirst.at(from) + at, local.rowFirst.at(to) + at);
  }

  #linkOutcomes(between: number, from: number, to: number): void {
    const { to: leads, observed, thrown, sendsAt, sendsCount } = this.#local;
    this.#link(between, leads.at(from), leads.at(to));
    if ((thrown.at(from) === 0) !== (thrown.at(to) === 0)) this.refuse("a step throws at one process alone");
    if ((observed.at(from) === 0) !== (observed.at(to) === 0)) this.refuse("a step of one process alone is seen");
    if (observed.at(from) !== 0 && observed.at(to) !== 0) this.#link(between, observed.at(from), observed.at(to));
    if (sendsCount.at(from) !== sendsCount.at(to)) return this.refuse("one process sends more than another");
    this.#linkSends(between, sendsAt.at(from), sendsAt.at(to), sendsCount.at(from));
  }

  /** What goes to a process corresponds to what goes to the renamed one, in the order of sending. */
  #linkSends(between: number, from: number, to: number, count: number): void {
    const { sends, receiver } = this.#local;
    const renaming = this.#renamings[between]!;
    const taken = new Set<number>();
    for (let at = from; at < from + count; at++) {
      const message = sends.at(at);
      const wanted = renaming[receiver.at(message) - 1]! + 1;
      let found = to;
      while (found < to + count && (taken.has(found) || receiver.at(sends.at(found)) !== wanted)) found++;
      if (found === to + count) return this.refuse("one process writes to others than another");
      taken.add(found);
      this.#link(between, message, sends.at(found));
    }
  }

  #link(renaming: number, atom: number, image: number): void {
    const column = this.#learned.images[renaming]!;
    const standing = this.#of(image);
    const known = atom < column.length ? column.data[atom]! : 0;
    if (known === standing + 1) return;
    if (known !== 0) return this.refuse("two runs rename the same thing in two ways");
    while (column.length <= atom) column.push(0);
    column.data[atom] = standing + 1;
  }

  #image(renaming: number, atom: number): number {
    const column = this.#learned.images[renaming]!;
    const image = atom < column.length ? column.at(atom) : 0;
    if (image === 0) this.refuse("a step cannot be renamed");
    return image === 0 ? atom : image - 1;
  }
}
