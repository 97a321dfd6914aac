import type { Module, NodeId, Port, Sessions } from "../model/index.ts";
import type { Remembered } from "./client-sessions.ts";
import type { ReplicaStatus, ServiceReplica } from "./replica-port.ts";
import type { ServiceMessage } from "./service-messages.ts";

/** What a replica of a service says to whoever runs it. */
export interface ReplicaDesk<Command, Answer> extends Port {
  readonly requests: {
    /** Asks for the status. */
    readonly askStatus: () => void;
  };
  readonly indications: {
    /** The alarm: after the same entries another replica has another state. */
    readonly diverged: (index: number, peer: NodeId, ownHash: number, peerHash: number) => void;
    /** How this replica stands. */
    readonly status: (status: ReplicaStatus) => void;
    /**
     * A command had its turn here, for the first time, as the one at `place` of those at `index`; only where the replica
     * was told to tell.
     */
    readonly applied: (index: number, place: number, command: Command, end: Remembered<Answer>) => void;
  };
}

/** Lets clients that are processes of the system reach a replica over session links. */
export const clientDoor = <C, A, Q, R>(): Module<{
  provides: ReplicaDesk<C, A>;
  uses: { clients: Sessions<ServiceMessage<A, Q, R>>; replica: ServiceReplica<C, A, Q, R> };
  state: Record<never, never>;
}> => ({
  name: "door for clients",
  source: "the contract",
  init: () => ({}),
  upon: {
    request: {
      askStatus(_s, io) {
        io.replica.askStatus();
      },
    },
    clients: {
      opened: () => undefined,
      ended(_s, io, client) {
        io.replica.left(client);
      },
      deliver(_s, io, client, message) {
        const { kind } = message;
        if (kind === "open" || kind === "execute" || kind === "query" || kind === "close")
          io.replica.receive(client, message);
        else io.note("not for a replica");
      },
    },
    replica: {
      reply(_s, io, client, message) {
        io.clients.send(client, message);
      },
      operated: () => undefined,
      addresses: () => undefined,
      diverged(_s, io, index, peer, ownHash, peerHash) {
        io.up.diverged(index, peer, ownHash, peerHash);
      },
      applied(_s, io, index, place, command, end) {
        io.up.applied(index, place, command, end);
      },
      status(_s, io, status) {
        io.up.status(status);
      },
    },
  },
});
