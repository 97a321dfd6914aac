import { assert } from "./assert.ts";
import type { NodeId, Site } from "./ids.ts";
import type { Channel, Links, Many, Module, Port, Ports, Spec } from "./module.ts";

/**
 * A stack of modules that offers the port `P`. It is a description, not a running thing: hosts make instances of it.
 * Covariant in what it can be asked, contravariant in what its user must hear, so that a layer which ignores an
 * indication of the layer below does not compile.
 */
export interface Bound<P extends Port> {
  readonly provides?: P | undefined;
  /** Never set: for the compiler, which indications a user must handle. */
  readonly hears?: ((all: P["indications"]) => void) | undefined;
}

/** Any stack, whatever it offers. */
export interface AnyBound {
  readonly provides?: Port | undefined;
  /** Never set: every stack fits. */
  readonly hears?: ((all: never) => void) | undefined;
}

type Handler = (s: object, io: object, ...args: readonly unknown[]) => void;

/** A module without its types, as the machinery sees it. */
export interface ErasedModule {
  readonly name: string;
  readonly source: string;
  readonly marks?: readonly string[];
  readonly disk?: { readonly [name: string]: unknown };
  /** The volatile state at boot, made anew at each call. */
  init(site: Site): object;
  start?: Handler;
  joined?: Handler;
  settled?: Handler;
  /** Whether it has nothing to send, so that `settled` need not come. */
  idle?(s: object, io: object): boolean;
  whenever?: Handler;
  /** Set by `byKey` only: requests that go straight to a member of its family, as their indications go straight up. */
  readonly passesOn?: readonly string[];
  readonly upon: { readonly [table: string]: { readonly [name: string]: Handler } };
}

/** What a `Bound` really is. Only the machinery looks inside. */
export type Blueprint =
  | { readonly kind: "module"; readonly module: ErasedModule; readonly below: { readonly [port: string]: Blueprint } }
  /** Hears one channel and sends on another; on the same one where `sends` is null. Null is the path in the stack. */
  | { readonly kind: "network"; readonly channel: string | null; readonly sends: string | null }
  | { readonly kind: "many"; readonly template: Blueprint }
  | { readonly kind: "shared"; readonly one: Blueprint }
  | { readonly kind: "among"; readonly members: readonly NodeId[]; readonly one: Blueprint };

/** The description inside a stack. */
export const blueprintOf = (bound: AnyBound): Blueprint => {
  assert("kind" in bound, "a stack is made by stack(), network(), many(), shared() or among(), nothing else");
  return bound as AnyBound & Blueprint;
};

const blueprintsOf = (below: { readonly [port: string]: AnyBound }): { readonly [port: string]: Blueprint } =>
  Object.fromEntries(Object.entries(below).map(([port, bound]) => [port, blueprintOf(bound)]));

/**
 * Puts a module on the stacks that its ports are bound to. A wrong binding (another abstraction, a missing or
 * misspelt port, another message type, an indication that nobody handles) is a compile error.
 */
export const stack = <P extends Port, U extends Ports>(
  module: {
    readonly name: string;
    readonly port?: P | undefined;
    readonly needs?: U | undefined;
  },
  below: { readonly [K in keyof U]: Bound<U[K]> },
): Bound<P> => {
  const description: Blueprint = {
    kind: "module",
    module: module as unknown as ErasedModule,
    below: blueprintsOf(below as { readonly [port: string]: AnyBound }),
  };
  return description as Bound<P>;
};

/**
 * The network itself: the raw links of the system model. Its channel is its path in the stack; a name lets processes
 * with unlike stacks (a client and a server) meet.
 */
export const network = <Message>(channel?: string): Bound<Links<Message>> =>
  ({ kind: "network", channel: channel ?? null, sends: null }) satisfies Blueprint as Bound<Links<Message>>;

/** The two ends of a channel, each for the module of one role. */
export interface Ends<Question, Reply> {
  readonly caller: Bound<Channel<Question, Reply>>;
  readonly callee: Bound<Channel<Reply, Question>>;
}

/**
 * A channel on the network between two roles (proposer and acceptor, client and server): what a caller sends arrives at
 * the callee of the other process, and back. With it each role is a module of its own, whether the two live in one
 * process or in two; over plain links a module would have to pass on what is meant for its neighbour.
 */
export const channel = <Question, Reply>(name: string): Ends<Question, Reply> => {
  const end = (hears: string, sends: string): Blueprint => ({ kind: "network", channel: hears, sends });
  const [toCaller, toCallee] = [`${name}/caller`, `${name}/callee`];
  return {
    caller: end(toCaller, toCallee) as Bound<Channel<Question, Reply>>,
    callee: end(toCallee, toCaller) as Bound<Channel<Reply, Question>>,
  };
};

/**
 * A family of instances of one stack, told apart by a number. A member is made by its first request, its first
 * message, or its record on disk at boot.
 */
export const many = <P extends Port>(template: Bound<P>): Bound<Many<P>> =>
  ({ kind: "many", template: blueprintOf(template as AnyBound) }) satisfies Blueprint as unknown as Bound<Many<P>>;

/**
 * One instance a process, however often it is used (a failure detector under ten slots). Its indications go to all
 * its users, so it must announce facts, not carry messages: a demultiplexer is a module of its own.
 */
export const shared = <P extends Port>(one: Bound<P>): Bound<P> =>
  ({ kind: "shared", one: blueprintOf(one as AnyBound) }) satisfies Blueprint as Bound<P>;

/** The same stack, whose modules see only these processes as `io.nodes`: the servers without their clients. */
export const among = <P extends Port>(members: readonly NodeId[], one: Bound<P>): Bound<P> =>
  ({ kind: "among", members, one: blueprintOf(one as AnyBound) }) satisfies Blueprint as Bound<P>;

/** A module seen without its types, for wrappers that work on any module. */
export const erase = <S extends Spec>(module: Module<S>): ErasedModule => module as unknown as ErasedModule;

/** A module seen with its types again, after a wrapper changed its tables. */
export const typed = <S extends Spec>(module: ErasedModule): Module<S> => module as unknown as Module<S>;
