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

type Ballot = readonly [round: number, leader: NodeId];

/** What is proposed: a client's put. */
interface Proposal {
  readonly request: number;
  readonly client: NodeId;
  readonly value: string;
}

interface Vote {
  readonly ballot: Ballot;
  readonly proposal: Proposal;
}

type PaxosMessage =
  | { readonly kind: "prepare"; readonly ballot: Ballot }
  | { readonly kind: "prepared"; readonly ballot: Ballot; readonly accepted: Vote | null }
  | { readonly kind: "accept"; readonly ballot: Ballot; readonly proposal: Proposal }
  | { readonly kind: "accepted"; readonly ballot: Ballot }
  | { readonly kind: "decided"; readonly ballot: Ballot; readonly proposal: Proposal };

interface PaxosSpec {
  provides: Nothing;
  uses: { links: Links<ClientMessage | PaxosMessage> };
  state: {
    ballot: Ballot;
    proposal: Proposal | null;
    prepares: ({ readonly accepted: Vote | null } | null)[];
    accepts: boolean[];
    accepted: Vote | null;
    decided: boolean;
  };
}

type State = PaxosSpec["state"];

/** Negative, 0 or positive as `a` is below, at or above `b`. */
const compare = (a: Ballot, b: Ballot): number => a[0] - b[0] || a[1] - b[1];

const tellPeers = (io: IO<PaxosSpec>, message: PaxosMessage): void => {
  for (const node of io.nodes) if (node !== io.self) io.links.send(node, message);
};

const propose = (s: State, io: IO<PaxosSpec>, proposal: Proposal): void => {
  if (s.proposal !== null) return;
  s.proposal = proposal;
  s.prepares = perNode(io.nodes, (node) => (node === io.self ? { accepted: s.accepted } : null));
  s.accepts = perNode(io.nodes, () => false);
  s.ballot = [s.ballot[0] + 1, io.self];
  tellPeers(io, { kind: "prepare", ballot: s.ballot });
};

const prepared = (s: State, io: IO<PaxosSpec>, from: NodeId, accepted: Vote | null): void => {
  s.prepares[from] = { accepted };
  const votes = s.prepares.filter((each) => each !== null);
  if (votes.length !== majorityOf(io.nodes.length)) return;
  const highest = votes.reduce<Vote | null>(
    (best, { accepted: vote }) =>
      vote !== null && (best === null || compare(vote.ballot, best.ballot) > 0) ? vote : best,
    null,
  );
  const proposal = highest?.proposal ?? s.proposal!;
  s.proposal = proposal;
  s.accepted = { ballot: s.ballot, proposal };
  s.accepts[io.self] = true;
  tellPeers(io, { kind: "accept", ballot: s.ballot, proposal });
};

const accepted = (s: State, io: IO<PaxosSpec>, from: NodeId): void => {
  s.accepts[from] = true;
  if (s.accepts.filter(Boolean).length !== majorityOf(io.nodes.length)) return;
  s.decided = true;
  const { ballot } = s;
  const proposal = s.proposal!;
  tellPeers(io, { kind: "decided", ballot, proposal });
  io.links.send(proposal.client, { kind: "putOk", request: proposal.request });
};

/** A server that is proposer, acceptor and learner at once, as the published model has it. */
const paxosServer = (): Module<PaxosSpec> => ({
  name: "Paxos server",
  source: "Lamport 2001, Paxos Made Simple, as in Stateright, examples/paxos",
  init: ({ nodes }) => ({
    ballot: [0, 0],
    proposal: null,
    prepares: perNode(nodes, () => null),
    accepts: perNode(nodes, () => false),
    accepted: null,
    decided: false,
  }),
  upon: {
    request: {},
    links: {
      deliver(s, io, from, message) {
        if (s.decided) {
          if (message.kind === "get")
            io.links.send(from, { kind: "getOk", request: message.request, value: s.accepted!.proposal.value });
          return;
        }
        switch (message.kind) {
          case "put":
            return propose(s, io, { request: message.request, client: from, value: message.value });
          case "prepare":
            if (compare(s.ballot, message.ballot) >= 0) return;
            s.ballot = message.ballot;
            return io.links.send(from, { kind: "prepared", ballot: message.ballot, accepted: s.accepted });
          case "prepared":
            return compare(message.ballot, s.ballot) === 0 ? prepared(s, io, from, message.accepted) : undefined;
          case "accept":
            if (compare(s.ballot, message.ballot) > 0) return;
            s.ballot = message.ballot;
            s.accepted = { ballot: message.ballot, proposal: message.proposal };
            return io.links.send(from, { kind: "accepted", ballot: message.ballot });
          case "accepted":
            return compare(message.ballot, s.ballot) === 0 ? accepted(s, io, from) : undefined;
          case "decided":
            s.ballot = message.ballot;
            s.accepted = { ballot: message.ballot, proposal: message.proposal };
            s.decided = true;
        }
      },
    },
  },
});

/** A register that is written once, by consensus. */
export const paxosReference: AnyScenario = scenario({
  id: "reference/paxos",
  rows: [],
  title: "Single-decree Paxos behind a register, as published",
  about: "Published count, Stateright: 16,668 states with two clients and three servers.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: registerParameters,
  setup: ({ clients, servers }) =>
    registerSetup<PaxosMessage>(clients, servers, (links) => stack(paxosServer(), { links })),
});
