import type { Module, Port } from "../../model/index.ts";
import type { Calls, Failure } from "./calls.ts";
import type { Methods } from "./service.ts";

/**
 * A service as its caller sees it, made from the service's type: for each method a request that takes the number of the
 * call and the arguments, and an indication of the same name that brings the number and the answer. A remote call is no
 * local one, so there is a third outcome: `failed`.
 */
export interface Stub<S extends Methods<S>> extends Port {
  /** A call of each method: the number that the caller gives it, then the arguments. */
  readonly requests: { readonly [M in keyof S]: (call: number, ...args: Parameters<S[M]>) => void };
  /** An answer of each method, by the number of its call, and the case that there is none. */
  readonly indications: { readonly [M in keyof S]: (call: number, answer: ReturnType<S[M]>) => void } & {
    /** No answer came. The call may have been executed all the same. */
    readonly failed: (call: number, why: Failure) => void;
  };
}

/**
 * The typed stub of a service over calls of any semantics. The names of the methods are data, since types are gone when
 * it runs; a name that the service has not is a compile error.
 *
 * Source: Birrell and Nelson 1984, Implementing Remote Procedure Calls, section 2.1 (there a generator writes it).
 */
export const stub = <S extends Methods<S>>(
  ...methods: readonly (keyof S & string)[]
): Module<{
  provides: Stub<S>;
  uses: { calls: Calls };
  state: Record<never, never>;
}> => {
  type Handler = (s: object, io: { readonly calls: Calls["requests"] }, call: number, ...args: unknown[]) => void;
  type Answers = { readonly [method: string]: (call: number, answer: unknown) => void };
  const request: { [method: string]: Handler } = {};
  for (const method of methods) request[method] = (_s, io, call, ...args) => io.calls.call(call, { method, args });
  const rules = {
    name: "stub",
    source: "Birrell and Nelson 1984, 2.1",
    init: () => ({}),
    upon: {
      request,
      calls: {
        answer(_s: object, io: { readonly up: Answers }, call: number, method: string, answer: unknown) {
          io.up[method]!(call, answer);
        },
        failed(_s: object, io: { readonly up: Stub<S>["indications"] }, call: number, why: Failure) {
          io.up.failed(call, why);
        },
      },
    },
  };
  // The compiler cannot follow a table that is made name by name; the mapped types above say what it amounts to.
  return rules as unknown as Module<{ provides: Stub<S>; uses: { calls: Calls }; state: Record<never, never> }>;
};
