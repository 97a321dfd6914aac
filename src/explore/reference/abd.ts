import {
  type IO,
  type Links,
  type Module,
  majorityOf,
  type NodeId,
  type Nothing,
  perNode,
  stack,
} from "../../model/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { type ClientMessage, registerParameters, registerSetup } from "./register-clients.ts";

/** When a value was written: a counter, and who wrote it. */
type Sequencer = readonly [counter: number, writer: NodeId];

interface Stored {
  readonly sequencer: Sequencer;
  readonly value: string | null;
}

type ServerMessage =
  | { readonly kind: "query"; readonly request: number }
  | { readonly kind: "ackQuery"; readonly request: number; readonly stored: Stored }
  | { readonly kind: "record"; readonly request: number; readonly stored: Stored }
  | { readonly kind: "ackRecord"; readonly request: number };

type Phase =
  | {
      readonly kind: "asks";
      readonly request: number;
      readonly client: NodeId;
      readonly writes: { readonly value: string } | null;
      readonly responses: (Stored | null)[];
    }
  | {
      readonly kind: "tells";
      readonly request: number;
      readonly client: NodeId;
      readonly reads: { readonly value: string | null } | null;
      readonly acks: boolean[];
    };

interface AbdSpec {
  provides: Nothing;
  uses: { links: Links<ClientMessage | ServerMessage> };
  state: { stored: Stored; phase: Phase | null };
}

type State = AbdSpec["state"];

const isLater = (a: Stored, b: Stored): boolean =>
  a.sequencer[0] > b.sequencer[0] || (a.sequencer[0] === b.sequencer[0] && a.sequencer[1] > b.sequencer[1]);

const tellPeers = (io: IO<AbdSpec>, message: ServerMessage): void => {
  for (const node of io.nodes) if (node !== io.self) io.links.send(node, message);
};

const begin = (
  s: State,
  io: IO<AbdSpec>,
  client: NodeId,
  request: number,
  writes: { readonly value: string } | null,
): void => {
  if (s.phase !== null) return;
  const responses: (Stored | null)[] = perNode(io.nodes, () => null);
  responses[io.self] = s.stored;
  s.phase = { kind: "asks", request, client, writes, responses };
  tellPeers(io, { kind: "query", request });
};

const learn = (s: State, stored: Stored): void => {
  if (isLater(stored, s.stored)) s.stored = stored;
};

/** A majority has said what it stores: the latest of it, or a later one of the client's, is told to a majority. */
const impose = (
  s: State,
  io: IO<AbdSpec>,
  { request, client, writes, responses }: Extract<Phase, { kind: "asks" }>,
): void => {
  const latest = responses.filter((each) => each !== null).reduce((a, b) => (isLater(b, a) ? b : a));
  const stored: Stored =
    writes === null ? latest : { sequencer: [latest.sequencer[0] + 1, io.self], value: writes.value };
  tellPeers(io, { kind: "record", request, stored });
  learn(s, stored);
  const acks = perNode(io.nodes, (node) => node === io.self);
  s.phase = { kind: "tells", request, client, reads: writes === null ? { value: latest.value } : null, acks };
};

const finish = (s: State, io: IO<AbdSpec>, { request, client, reads }: Extract<Phase, { kind: "tells" }>): void => {
  io.links.send(client, reads === null ? { kind: "putOk", request } : { kind: "getOk", request, value: reads.value });
  s.phase = null;
};

/** A server of the register, as the published model has it: it counts its own answers without sending them. */
const abdServer = (): Module<AbdSpec> => ({
  name: "ABD server",
  source: "Attiya, Bar-Noy, Dolev 1995, as in Stateright, examples/linearizable-register",
  init: ({ self }) => ({ stored: { sequencer: [0, self], value: null }, phase: null }),
  upon: {
    request: {},
    links: {
      deliver(s, io, from, message) {
        const { request } = message;
        const { phase } = s;
        switch (message.kind) {
          case "put":
            return begin(s, io, from, request, { value: message.value });
          case "get":
            return begin(s, io, from, request, null);
          case "query":
            return io.links.send(from, { kind: "ackQuery", request, stored: s.stored });
          case "ackQuery":
            if (phase?.kind !== "asks" || phase.request !== request) return;
            phase.responses[from] = message.stored;
            if (phase.responses.filter((each) => each !== null).length === majorityOf(io.nodes.length))
              impose(s, io, phase);
            return;
          case "record":
            io.links.send(from, { kind: "ackRecord", request });
            return learn(s, message.stored);
          case "ackRecord":
            if (phase?.kind !== "tells" || phase.request !== request || phase.acks[from] === true) return;
            phase.acks[from] = true;
            if (phase.acks.filter(Boolean).length === majorityOf(io.nodes.length)) finish(s, io, phase);
        }
      },
    },
  },
});

/** A register on a majority of copies. */
export const abdReference: AnyScenario = scenario({
  id: "reference/abd",
  rows: [],
  title: "A linearizable register on majorities (ABD), as published",
  about: "Published count, Stateright: 544 states with two clients and two servers.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { ...registerParameters, servers: { ...registerParameters.servers, default: 2 } },
  setup: ({ clients, servers }) =>
    registerSetup<ServerMessage>(clients, servers, (links) => stack(abdServer(), { links })),
});
