import type { RegisterAccess } from "./register-view.ts";
import { Interner } from "./transitions.ts";

/** The version that is there before all writes. */
export const initialVersion = 0;
/** No version: an operation that says nothing of the value. */
export const noVersion = -1;

/** Who wrote what, and who saw it. Operations are numbers. */
export interface Versions {
  /** By operation: the version that it leaves (a write) or finds (a read). */
  readonly versionOf: Int32Array;
  /** By version: who wrote it, or -1 for the initial one. */
  readonly writers: Int32Array;
  /** By version: the one that it was written upon, where that is known, else -1. */
  readonly basis: Int32Array;
  /** By operation that failed because the value was another one: that version, or -1 when nobody ever wrote it. */
  readonly differsFrom: ReadonlyMap<number, number>;
  /** By operation whose answer cannot have been: what contradicts it, itself among them. */
  readonly impossible: ReadonlyMap<number, readonly number[]>;
}

/**
 * Tells for each read which write it read from. `undefined` when values do not tell: one is written twice or is the
 * initial one, or a text that was read can be put together in two ways.
 */
export const versionsOf = (accesses: readonly RegisterAccess[], initial: unknown): Versions | undefined => {
  const resolution = new Resolution(accesses, initial);
  return resolution.isTold ? resolution.versions() : undefined;
};

/** What is appended, as pieces of what reads answer. */
interface Pieces {
  /** The version that a value is, `noVersion` when nobody can have written it, `undefined` when that is ambiguous. */
  versionOf(value: unknown): number | undefined;
}

class Resolution {
  readonly #accesses: readonly RegisterAccess[];
  readonly #values = new Interner<unknown>();
  /** By value number: its version. */
  readonly #versions: number[] = [];
  readonly #versionOf: Int32Array;
  readonly #writers: number[] = [-1];
  readonly #bases = new Bases();
  readonly #pieces: Pieces | undefined;
  isTold = true;

  constructor(accesses: readonly RegisterAccess[], initial: unknown) {
    this.#accesses = accesses;
    this.#versionOf = new Int32Array(accesses.length).fill(noVersion);
    this.#note(initial, initialVersion);
    const items = new Map<unknown, number>();
    for (let at = 0; at < accesses.length && this.isTold; at++) this.#addWriter(at, items);
    if (items.size > 0 && this.isTold) this.#pieces = this.#piecesOf(items, initial);
  }

  versions(): Versions | undefined {
    const differsFrom = new Map<number, number>();
    const impossible = new Map<number, readonly number[]>();
    for (let at = 0; at < this.#accesses.length; at++) {
      const access = this.#accesses[at]!;
      if (access.kind === "differs") {
        const version = this.#resolve(access.value);
        if (version === undefined) return undefined;
        differsFrom.set(at, version);
      } else if (access.kind === "read" || access.kind === "update") {
        this.#bases.from(at);
        const found = this.#resolve(access.kind === "read" ? access.value : access.expected);
        if (found === undefined) return undefined;
        if (found === noVersion) impossible.set(at, [at, ...this.#bases.contradicting(this.#writers)]);
        else if (access.kind === "read") this.#versionOf[at] = found;
        else this.#bases.basis[this.#versionOf[at]!] = found;
      }
    }
    return {
      versionOf: this.#versionOf,
      writers: Int32Array.from(this.#writers),
      basis: Int32Array.from(this.#bases.basis),
      differsFrom,
      impossible,
    };
  }

  #addWriter(at: number, items: Map<unknown, number>): void {
    const access = this.#accesses[at]!;
    if (access.kind === "write" || access.kind === "update") {
      const version = this.#fresh(at);
      if (!this.#note(access.value, version)) this.isTold = false;
    } else if (access.kind === "append") {
      const { item } = access;
      const isScalar = typeof item === "string" || typeof item === "number" || typeof item === "boolean";
      if (!isScalar || item === "" || items.has(item)) this.isTold = false;
      else items.set(item, this.#fresh(at));
    }
  }

  #fresh(writer: number): number {
    const version = this.#writers.push(writer) - 1;
    this.#bases.basis.push(-1);
    this.#versionOf[writer] = version;
    return version;
  }

  /** False when the value has a version. */
  #note(value: unknown, version: number): boolean {
    const id = this.#values.idOf(value);
    if (this.#versions[id] !== undefined) return false;
    this.#versions[id] = version;
    return true;
  }

  #resolve(value: unknown): number | undefined {
    return this.#pieces === undefined ? this.#known(value) : this.#pieces.versionOf(value);
  }

  #known(value: unknown): number {
    return this.#versions[this.#values.idOf(value)] ?? noVersion;
  }

  /** Texts where the values are texts, lists where they are lists; not told when they are mixed. */
  #piecesOf(items: ReadonlyMap<unknown, number>, initial: unknown): Pieces | undefined {
    const written = this.#accesses.flatMap((access) => (access.kind === "write" ? [access.value] : []));
    const builder = { items, bases: this.#bases, known: (value: unknown) => this.#known(value) };
    // A compare-and-set names a text that need not have been there.
    if (this.#accesses.some(({ kind }) => kind === "update" || kind === "differs")) this.isTold = false;
    if (Array.isArray(initial) && initial.length === 0 && written.length === 0) return new ListPieces(builder);
    const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
    if ((initial === "" || initial === null) && written.every(isText) && [...items.keys()].every(isText)) {
      return new TextPieces(builder, initial, written as readonly string[]);
    }
    this.isTold = false;
    return undefined;
  }
}

/** What each version was written upon, and who told so. */
class Bases {
  /** By version: the one that it was written upon, or -1 while nobody has told. */
  readonly basis: number[] = [-1];
  /** By version: the operation that told, and by that the versions of its answer. */
  readonly #tellers: number[] = [];
  readonly #told = new Map<number, readonly number[]>();
  #teller = -1;
  #contradicted: readonly [version: number, versions: readonly number[]] | undefined;

  /** What follows is told by an operation. */
  from(teller: number): void {
    this.#teller = teller;
    this.#contradicted = undefined;
  }

  /** An answer consists of versions, each written upon the one before; false when that contradicts another answer. */
  tell(versions: readonly number[], start: number): boolean {
    let before = start;
    for (const version of versions) {
      const told = this.basis[version]!;
      if (told >= 0 && told !== before) {
        this.#contradicted = [version, versions];
        return false;
      }
      if (told < 0) {
        this.basis[version] = before;
        this.#tellers[version] = this.#teller;
        this.#told.set(this.#teller, versions);
      }
      before = version;
    }
    return true;
  }

  /** What contradicts the operation that tells now: the one that told otherwise, and what both say was written. */
  contradicting(writers: readonly number[]): readonly number[] {
    if (this.#contradicted === undefined) return [];
    const [version, versions] = this.#contradicted;
    const other = this.#tellers[version]!;
    const writes = [...versions, ...(this.#told.get(other) ?? [])].map((write) => writers[write]!);
    const start = this.basis[(this.#told.get(other) ?? versions)[0]!]!;
    return [other, ...writes, ...(start > 0 ? [writers[start]!] : [])];
  }
}

interface PieceBuilder {
  /** By item: the version that its append leaves. */
  readonly items: ReadonlyMap<unknown, number>;
  /** Filled while values are told. */
  readonly bases: Bases;
  known(value: unknown): number;
}

/** Lists: the last item tells the version, the one before it what it was appended to. */
class ListPieces implements Pieces {
  readonly #builder: PieceBuilder;

  constructor(builder: PieceBuilder) {
    this.#builder = builder;
  }

  versionOf(value: unknown): number | undefined {
    if (!Array.isArray(value)) return noVersion;
    const { items, bases } = this.#builder;
    const versions: number[] = [];
    for (const item of value as readonly unknown[]) {
      const version = items.get(item);
      if (version === undefined) return noVersion;
      versions.push(version);
    }
    return bases.tell(versions, initialVersion) ? (versions.at(-1) ?? initialVersion) : noVersion;
  }
}

/** How many texts that were told last are looked at as the beginning of the next. */
const toldMax = 4;

/**
 * Texts: put together from one that was written as a whole, or from nothing, and the pieces appended to it. Where there
 * are two ways to put one together, it does not tell.
 */
class TextPieces implements Pieces {
  readonly #builder: PieceBuilder;
  readonly #lengths: readonly number[];
  readonly #writtenLengths: ReadonlySet<number>;
  /** What is read when nothing was written. */
  readonly #empty: number;
  /** The texts told last: they are put together in one way only. */
  readonly #told: { readonly text: string; readonly version: number }[] = [];

  constructor(builder: PieceBuilder, initial: string | null, written: readonly string[]) {
    this.#builder = builder;
    this.#lengths = [...new Set([...builder.items.keys()].map((item) => (item as string).length))];
    this.#writtenLengths = new Set(written.map((text) => text.length));
    this.#empty = initial === "" ? initialVersion : noVersion;
  }

  versionOf(value: unknown): number | undefined {
    if (typeof value !== "string") return this.#builder.known(value);
    if (value === "") return this.#empty;
    const way = this.#wayTo(value);
    if (way === undefined || way === noVersion) return way;
    if (!this.#builder.bases.tell(way.versions, way.start)) return noVersion;
    const version = way.versions.at(-1) ?? way.start;
    this.#told.unshift({ text: value, version });
    this.#told.length = Math.min(this.#told.length, toldMax);
    return version;
  }

  /** The one way to put a text together, `noVersion` if there is none, `undefined` if there are several. */
  #wayTo(text: string): { readonly start: number; readonly versions: readonly number[] } | -1 | undefined {
    const starts = new Map<number, number>();
    const pieces = new Map<number, readonly number[]>();
    this.#explore(text, starts, pieces);
    // From the beginning: how many ways lead to each length.
    const ways = new Map<number, number>();
    for (const length of [...pieces.keys()].sort((a, b) => a - b)) {
      let count = starts.has(length) ? 1 : 0;
      for (const piece of pieces.get(length)!) count += ways.get(length - piece)!;
      ways.set(length, Math.min(2, count));
    }
    if (ways.get(text.length) !== 1) return ways.get(text.length) === 0 ? noVersion : undefined;
    const versions: number[] = [];
    let length = text.length;
    while (!starts.has(length)) {
      const piece = pieces.get(length)!.find((some) => ways.get(length - some) === 1)!;
      versions.push(this.#builder.items.get(text.slice(length - piece, length)) as number);
      length -= piece;
    }
    return { start: starts.get(length) as number, versions: versions.reverse() };
  }

  /** Takes pieces off the end: by length of what is left, the version that it is, and the pieces at its end. */
  #explore(text: string, starts: Map<number, number>, pieces: Map<number, readonly number[]>): void {
    const waiting = [text.length];
    const seen = new Set(waiting);
    for (let length = waiting.pop(); length !== undefined; length = waiting.pop()) {
      const { version, isTold } = this.#startOf(text, length);
      if (version !== noVersion) starts.set(length, version);
      const found: number[] = [];
      pieces.set(length, found);
      for (const piece of isTold ? [] : this.#lengths) {
        if (piece > length || !this.#builder.items.has(text.slice(length - piece, length))) continue;
        found.push(piece);
        if (seen.has(length - piece)) continue;
        seen.add(length - piece);
        waiting.push(length - piece);
      }
    }
  }

  /** The version that the beginning of a text is by itself; whether there is no other way to come to it. */
  #startOf(text: string, length: number): { readonly version: number; readonly isTold: boolean } {
    if (length === 0) return { version: initialVersion, isTold: true };
    const told = this.#told.find((one) => one.text.length === length && text.startsWith(one.text));
    if (told !== undefined) return { version: told.version, isTold: true };
    const version = this.#writtenLengths.has(length) ? this.#builder.known(text.slice(0, length)) : noVersion;
    return { version, isTold: false };
  }
}
