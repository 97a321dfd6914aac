/**
 * The shape of a service: an object type whose members are methods, each from plain arguments (three at most) to one
 * plain answer. It is the only thing that the two sides of a call share; stub and skeleton are types made from it.
 */
export type Methods<S> = { readonly [M in keyof S]: (...args: never) => unknown };

/** One call of a method, as it travels. */
export interface Invocation {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What a method does: the state afterwards, and the answer. */
export interface Outcome<State, Answer> {
  readonly state: State;
  readonly answer: Answer;
}

/**
 * A service as a deterministic state machine over plain data. Methods change nothing in place: they give the next state,
 * so that a server can do them over from its log.
 */
export interface Implementation<S extends Methods<S>, State> {
  /** Before the first call. */
  init(): State;
  /** Deterministic: doing a log over must give the same states and answers. */
  readonly methods: {
    readonly [M in keyof S]: (state: State, ...args: Parameters<S[M]>) => Outcome<State, ReturnType<S[M]>>;
  };
}

/** A service as servers run it: by the names of its methods. */
export interface ServiceMachine<State> {
  /** Before the first call. */
  init(): State;
  /** Undefined when the service has no such method: a caller of another version, or a forger. */
  apply(state: State, invocation: Invocation): Outcome<State, unknown> | undefined;
}

/** Lets servers run an implementation. Only the methods that it has of its own can be called. */
export const serviceMachine = <S extends Methods<S>, State>(
  implementation: Implementation<S, State>,
): ServiceMachine<State> => {
  type Method = (state: State, ...args: readonly unknown[]) => Outcome<State, unknown>;
  const methods = new Map(Object.entries(implementation.methods as unknown as { readonly [name: string]: Method }));
  return {
    init: () => implementation.init(),
    apply: (state, { method, args }) => methods.get(method)?.(state, ...args),
  };
};
