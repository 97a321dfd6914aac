import type { NodeId, Site } from "./ids.ts";

/**
 * A port is an abstraction of the textbook (perfect links, reliable broadcast, consensus …): what its user may
 * request and what it indicates to its user. Members are *properties* of function type: with method syntax
 * TypeScript compares parameters both ways, and a wrong message type would compile.
 */
export interface Port {
  readonly requests: object;
  readonly indications: object;
}

/** The ports that a module uses, by the name that its handlers give them. */
export interface Ports {
  readonly [name: string]: Port;
}

/** A family of instances of one port, told apart by a number (a slot, a view, an epoch). */
export interface Many<P extends Port> extends Port {
  readonly each: P;
  readonly requests: P["requests"];
  readonly indications: P["indications"];
}

/** Marks an entry of `disk` as an append-only log; the others are records that are replaced whole. */
export interface Log<Entry> {
  readonly log: Entry;
}

/**
 * The type bundle of a module. `state` is volatile and plain data; `disk` survives crashes; `timers` and `later`
 * give the argument lists of the timers it sets and of the notices it asks for once its writes are durable.
 */
export interface Spec {
  provides: Port;
  uses: Ports;
  state: object;
  disk?: object;
  timers?: object;
  later?: object;
}

type Args<F> = F extends (...args: infer A) => void ? A : F extends readonly unknown[] ? F : never;
type Upon<S extends Spec, T> = { readonly [K in keyof T]: (s: S["state"], io: IO<S>, ...args: Args<T[K]>) => void };
type Keyed<T> = { readonly [K in keyof T]: (key: number, ...args: Args<T[K]>) => void };
type Heard<P> = P extends Many<infer Q> ? Keyed<Q["indications"]> : P extends Port ? P["indications"] : never;

/** Milliseconds, or a range of them from which the host draws: a module never draws its own jitter. */
export type Delay = number | { readonly from: number; readonly to: number };

/** The two clocks of a computer: `monotonic` never steps, `wall` is the time of day and may. */
export type ClockKind = "monotonic" | "wall";

/**
 * A value with a proof of its maker. Only `io.sign` makes one that `io.verify` accepts; in simulation the proof is
 * symbolic (Dolev and Yao 1983), on the wire it is a real signature.
 */
export interface Signed<T> {
  readonly signer: NodeId;
  readonly body: T;
  readonly proof?: Uint8Array;
}

/** An append-only log on the disk of this module. Indexes start where the log was last cut from below. */
export interface LogIO<Entry> {
  /** Index of the oldest entry that is kept. */
  readonly first: number;
  /** Index that the next entry will get. */
  readonly end: number;
  /** The entry at `index`; asking outside `first … end - 1` is a fault of the caller. */
  at(index: number): Entry;
  /** Puts an entry at `end`. What this process sends from then on waits until it is durable, unless sent early. */
  append(entry: Entry): void;
  /** Forgets the entries at `index` and after. */
  cutFrom(index: number): void;
  /** Forgets the entries before `index`. */
  cutBefore(index: number): void;
}

/** A record on the disk of this module: replaced whole. */
export interface RecordIO<Value> {
  readonly value: Value;
  /** The new value is read at once; what this process sends from then on waits until it is durable. */
  set(value: Value): void;
}

/** A timer of this module. Setting it again with the same arguments replaces it; a crash ends it. */
export interface TimerIO<A extends readonly unknown[]> {
  /** Goes off once, after `delay` on this process's own clock, and hands `args` to the handler. */
  set(delay: Delay, ...args: A): void;
  /** Ends the timer with these arguments, if it runs. */
  cancel(...args: A): void;
}

/** The requests of one member of a family, and a way to drop all members below a key with their records. */
export interface FamilyIO<P extends Port> {
  (key: number): P["requests"];
  /** Drops every member whose key is below `key`; what still arrives for them is counted and dropped. */
  forget(key: number): void;
}

/** The only way out of a handler: the ports below, the layer above, and what the host lends. */
export type IO<S extends Spec> = {
  readonly [P in keyof S["uses"]]: S["uses"][P] extends Many<infer Q> ? FamilyIO<Q> : S["uses"][P]["requests"];
} & {
  /** Indications to the layer above. They are queued: what they set off runs after this handler. */
  readonly up: S["provides"]["indications"];
  readonly self: NodeId;
  /** The processes that this module works with, itself among them, ascending. */
  readonly nodes: readonly NodeId[];
  readonly incarnation: number;
  readonly disk: {
    readonly [K in keyof S["disk"]]: S["disk"][K] extends Log<infer E> ? LogIO<E> : RecordIO<S["disk"][K]>;
  };
  readonly timers: { readonly [K in keyof S["timers"]]: TimerIO<Extract<Args<S["timers"][K]>, readonly unknown[]>> };
  /** Runs a handler of `upon.durable` once all that this process wrote so far is durable; lost in a crash. */
  readonly whenDurable: { readonly [K in keyof S["later"]]: (...args: Args<S["later"][K]>) => void };
  /**
   * Sends within `send` do not wait for writes to this module's logs. They still wait for its records (a vote must
   * never be forgotten) and for the writes of the modules that they pass on the way down.
   */
  early(send: () => void): void;
  /** Milliseconds on this process's own clock, as stamped on the event being handled. */
  clock(which: ClockKind): number;
  /** A draw that the algorithm's logic needs (a coin, a gossip partner): 0 … below - 1. Jitter belongs in a Delay. */
  random(name: string, below: number): number;
  /** Vouches for plain data as this process: others can show it on, nobody can alter it. */
  sign<T>(body: T): Signed<T>;
  /** Whether the signer that it names vouched for exactly this body. */
  verify<T>(signed: Signed<T>): boolean;
  /** Narration for the trace, also of decisions to do nothing. Details are kept as data, not made into text. */
  note(text: string, ...detail: readonly unknown[]): void;
  /** A rare path of `marks` was taken. */
  mark(name: string): void;
};

/**
 * A protocol: a table of handlers over plain data. A handler runs to its end; `s` is its private draft of the state,
 * `io` its only way out. All fields but the rules live in `s` and on `io.disk`: a module holds nothing itself.
 */
export interface Module<S extends Spec> {
  readonly name: string;
  /** Paper and section, or textbook and algorithm number. */
  readonly source: string;
  /**
   * Rare paths by name (a value adopted, a log cut back): `io.mark` says that one was taken, and a conformance suite
   * fails when no run takes it. A protocol whose hard cases never occur is not tested by a million runs.
   */
  readonly marks?: readonly string[];
  /** For each record the value it has before the first write; `"log"` for a log. */
  readonly disk?: { readonly [K in keyof S["disk"]]: S["disk"][K] extends Log<unknown> ? "log" : S["disk"][K] };
  /** The volatile state at boot: plain data, made anew at each call. */
  init(site: Site): S["state"];
  /** Boot and reboot. `io.disk` holds what was durable. Modules below start first. */
  start?(s: S["state"], io: IO<S>): void;
  /** A shared module gained a user after boot: say again what holds. Only that user hears it. */
  joined?(s: S["state"], io: IO<S>): void;
  /**
   * The book's "upon exists … such that": runs after each handler of this module, for what is to be done as soon as a
   * condition on the state holds, whichever handler made it true.
   */
  whenever?(s: S["state"], io: IO<S>): void;
  /** The host has no further input at hand: send the batch. */
  settled?(s: S["state"], io: IO<S>): void;
  /**
   * Whether `settled` would do nothing now: asked at the end of a step that touched the module, which then spares its host
   * an event. It only looks. Without it `settled` follows whatever the module got.
   */
  idle?(s: S["state"], io: IO<S>): boolean;
  readonly upon: { readonly request: Upon<S, S["provides"]["requests"]> } & {
    readonly [P in keyof S["uses"]]: Upon<S, Heard<S["uses"][P]>>;
  } & (S extends { timers: infer T extends object } ? { readonly timer: Upon<S, T> } : unknown) &
    (S extends { later: infer L extends object } ? { readonly durable: Upon<S, L> } : unknown);
  /** Never set: what `stack` infers the provided port from. */
  readonly port?: S["provides"] | undefined;
  /** Never set: what `stack` infers the used ports from. */
  readonly needs?: S["uses"] | undefined;
}

/** The port of a module that offers nothing to a layer above (an acceptor, a server of its own messages). */
export interface Nothing extends Port {
  readonly requests: Record<never, never>;
  readonly indications: Record<never, never>;
}

/**
 * One end of a channel between two roles: what it sends, the other end hears, and back. `never` where nothing comes.
 */
export interface Channel<Sent, Heard> extends Port {
  readonly requests: {
    /** To the other role at process `to`, which may be this one. */
    readonly send: (to: NodeId, message: Sent) => void;
  };
  readonly indications: [Heard] extends [never]
    ? Record<never, never>
    : {
        /** From the other role at process `from`. */
        readonly deliver: (from: NodeId, message: Heard) => void;
      };
}

/** Point-to-point links between processes: the port at the bottom of every stack, and of every link built on it. */
export interface Links<Message> extends Port {
  readonly requests: {
    /** To a process, which may be this one. Whether, how often and in what order it arrives is the kind of link. */
    readonly send: (to: NodeId, message: Message) => void;
  };
  readonly indications: {
    /** Who sent it, as far as the link can tell: only authenticated links rule out that somebody else did. */
    readonly deliver: (from: NodeId, message: Message) => void;
  };
}

/** Links with a life of their own, as TCP gives them: reliable and in order within a session, and sessions end. */
export interface Sessions<M> extends Port {
  readonly requests: {
    /** Sends within the session that is open with `to`; where none is, the message is lost as if it had just ended. */
    readonly send: (to: NodeId, message: M) => void;
  };
  readonly indications: {
    /** The next message of the session: in order, none missing before it. */
    readonly deliver: (from: NodeId, message: M) => void;
    /** From now on messages get through. `session` is larger than all before with this peer. */
    readonly opened: (peer: NodeId, session: number) => void;
    /** Of what was sent in it, some first part arrived: nobody can say how much. */
    readonly ended: (peer: NodeId, session: number) => void;
  };
}
