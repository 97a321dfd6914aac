import type { Consistency } from "../../machines/index.ts";
import type { Call, Draw, Script } from "../../simulate/index.ts";

/** What a client asks of a service. */
export type ServiceCall<Command, Query> =
  | { readonly kind: "execute"; readonly command: Command }
  | { readonly kind: "query"; readonly query: Query; readonly consistency?: Consistency };

/** Makes the calls of a client: `client` and `call` count from 1. */
export type CallMaker<Command, Query> = (draw: Draw, client: number, call: number) => ServiceCall<Command, Query>;

const callOf = (made: ServiceCall<unknown, unknown>, call: number, afterMs: number, waits: boolean): Call => {
  const { kind } = made;
  const args = kind === "execute" ? [call, made.command] : [call, made.query, made.consistency ?? "linearizable"];
  if (!waits) return { request: kind, args, afterMs };
  return { request: kind, args, afterMs, until: [kind === "execute" ? "outcome" : "result"] };
};

/** How much clients do, and whether each waits for the end of a call before it makes the next one. */
interface Clients {
  readonly replicas: number;
  readonly clients: number;
  readonly calls: number;
  readonly pauseMs: number;
  readonly waits: boolean;
}

/** So many clients, behind so many replicas, each with so many calls. */
export const clientsOf =
  ({ replicas, clients, calls, pauseMs, waits }: Clients, make: CallMaker<unknown, unknown>) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: clients }, (_, client) => ({
      node: replicas + client,
      calls: [
        ...Array.from({ length: calls }, (_one, at) =>
          callOf(make(draw, client + 1, at + 1), at + 1, draw.below("pause", pauseMs), waits),
        ),
        { request: "leave", args: [] },
      ],
    }));
