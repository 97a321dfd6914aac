import { at, linearizableRegister, properties } from "../../check/index.ts";
import {
  among,
  type Bound,
  type Links,
  type Module,
  type NodeId,
  type Nothing,
  network,
  type Port,
  stack,
} from "../../model/index.ts";
import type { ParameterDefinition, Setup } from "../../simulate/index.ts";
import { integer } from "../../simulate/index.ts";

/** What clients ask of the servers of a register, and what these answer. */
export type ClientMessage =
  | { readonly kind: "put"; readonly request: number; readonly value: string }
  | { readonly kind: "get"; readonly request: number }
  | { readonly kind: "putOk"; readonly request: number }
  | { readonly kind: "getOk"; readonly request: number; readonly value: string | null };

/** A register as its one client in a process sees it. */
interface Register extends Port {
  readonly requests: { readonly write: (value: string) => void; readonly read: () => void };
  readonly indications: {
    readonly writeReturn: () => void;
    readonly readReturn: (value: string | null) => void;
  };
}

/** Asks one server after the other, and waits for the answer to what it asked. */
const remoteRegister = (
  servers: number,
): Module<{
  provides: Register;
  uses: { links: Links<ClientMessage> };
  state: { asked: number; awaited: number | null };
}> => ({
  name: "client of a register",
  source: "Stateright, examples: register clients with one put and then one get",
  init: () => ({ asked: 0, awaited: null }),
  upon: {
    request: {
      write(s, io, value) {
        const server = (io.self + s.asked) % servers;
        s.awaited = ++s.asked * io.self;
        io.links.send(server, { kind: "put", request: s.awaited, value });
      },
      read(s, io) {
        const server = (io.self + s.asked) % servers;
        s.awaited = ++s.asked * io.self;
        io.links.send(server, { kind: "get", request: s.awaited });
      },
    },
    links: {
      deliver(s, io, _from, message) {
        if (message.request !== s.awaited) return;
        s.awaited = null;
        if (message.kind === "putOk") io.up.writeReturn();
        else if (message.kind === "getOk") io.up.readReturn(message.value);
      },
    },
  },
});

/** Writes one value as soon as it starts, and reads once that is done. */
const putThenGet = (
  servers: number,
): Module<{
  provides: { requests: Record<never, never>; indications: Record<never, never> };
  uses: { register: Register };
  state: Record<never, never>;
}> => ({
  name: "one put, then one get",
  source: "Stateright, examples: register clients with one put and then one get",
  init: () => ({}),
  start(_s, io) {
    io.register.write(String.fromCharCode("A".charCodeAt(0) + io.self - servers));
  },
  upon: {
    request: {},
    register: {
      writeReturn: (_s, io) => io.register.read(),
      readReturn: () => undefined,
    },
  },
});

/** The parameters of every model of a register. */
export const registerParameters: {
  readonly clients: ParameterDefinition & { readonly type: "integer" };
  readonly servers: ParameterDefinition & { readonly type: "integer" };
} = {
  clients: integer("clients, each with one put and then one get", 2, 1, 6),
  servers: integer("servers", 3, 1, 5),
};

/** Servers first, then clients, on one channel: what they say to each other is told apart by its kind. */
export const registerSetup = <M>(
  clients: number,
  servers: number,
  server: (links: Bound<Links<ClientMessage | M>>) => Bound<Nothing>,
): Setup => {
  const members: NodeId[] = Array.from({ length: servers }, (_, node) => node);
  const one = among(members, server(network<ClientMessage | M>("register")));
  const client = stack(putThenGet(servers), {
    register: stack(remoteRegister(servers), { links: network<ClientMessage>("register") }),
  });
  return {
    processes: [
      ...members.map((node) => ({ name: `server ${node + 1}`, stack: one })),
      ...Array.from({ length: clients }, (_, at) => ({ name: `client ${at + 1}`, stack: client })),
    ],
    workload: () => [],
    properties: properties(at("register", linearizableRegister("LIN"))),
    faults: { crashes: 0 },
  };
};
