import type { AnyBound, NodeId } from "../../model/index.ts";
import type { Draw, Process, Script } from "../../simulate/index.ts";

/** The server of every scenario on calls: process 0. */
export const server: NodeId = 0;

/** The server and so many clients. */
export const serverAndClients = (clients: number, serverStack: AnyBound, clientStack: AnyBound): readonly Process[] => [
  { name: "server", stack: serverStack },
  ...Array.from({ length: clients }, (_, at) => ({ name: `client ${at + 1}`, stack: clientStack })),
];

/** Every client makes so many calls, one after the other. `make` gives the method and the arguments after the number. */
export const everyClientCalls =
  (
    clients: number,
    calls: number,
    make: (client: number, call: number, draw: Draw) => readonly [string, ...unknown[]],
  ) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: clients }, (_, client) => ({
      node: client + 1,
      resumes: true,
      calls: Array.from({ length: calls }, (_, call) => {
        const [request, ...args] = make(client + 1, call + 1, draw);
        return { request, args: [call + 1, ...args], afterMs: draw.below("pause", 40), until: [request, "failed"] };
      }),
    }));
