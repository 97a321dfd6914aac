import type { Consistency } from "../../machines/index.ts";
import type { Call, Draw, Script } from "../../simulate/index.ts";

/** What a client asks of a service. */
export type ServiceCall<Command, Query> =
  | { readonly kind: "execute"; readonly command: Command }
  | { readonly kind: "query"; readonly query: Query; readonly consistency?: Consistency };

/** Makes the calls of a client: `client` and `call` count from 1. */
export type CallMaker<Command, Query> = (draw: Draw, client: number, call: number) => ServiceCall<Command, Query>;

const callOf = (made: ServiceCall<unknown, unknown>, call: number, afterMs: number): Call =>
  made.kind === "execute"
    ? { request: "execute", args: [call, made.command], afterMs, until: ["outcome"] }
    : { request: "query", args: [call, made.query, made.consistency ?? "linearizable"], afterMs, until: ["result"] };

/** So many clients, behind so many replicas, each with so many calls one after the other. */
export const clientsOf =
  (
    { replicas, clients, calls, pauseMs }: { replicas: number; clients: number; calls: number; pauseMs: number },
    make: CallMaker<unknown, unknown>,
  ) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: clients }, (_, client) => ({
      node: replicas + client,
      calls: [
        ...Array.from({ length: calls }, (_one, at) =>
          callOf(make(draw, client + 1, at + 1), at + 1, draw.below("pause", pauseMs)),
        ),
        { request: "leave", args: [] },
      ],
    }));
