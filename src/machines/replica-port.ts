import type { NodeId, Port } from "../model/index.ts";
import type { Configuration, MembershipChange, Refusal, Role, Term } from "../protocols/index.ts";
import type { Remembered } from "./client-sessions.ts";
import type { MemberAddress } from "./entry.ts";
import type { ToClient, ToReplica } from "./service-messages.ts";

/** How a replica stands. */
export interface ReplicaStatus {
  readonly role: Role;
  readonly term: Term;
  readonly leader: NodeId | null;
  /** Index of the last entry that was applied. */
  readonly applied: number;
  /** Index of the last entry that is known to be committed. */
  readonly commit: number;
  /** The hash of the state, null where none can be made; and the index right after which it was taken. */
  readonly stateHash: number | null;
  readonly hashedAt: number;
  /** Why no hash can be made of the state, with machine and path: this replica ends at its next snapshot at the latest. */
  readonly stateFault: string | null;
  /** Who takes part, as far as this replica knows. */
  readonly configuration: Configuration;
  /** Index of the last snapshot that is complete and durable. */
  readonly snapshot: number;
  /** Commands of clients that wait for their turn here. */
  readonly waiting: number;
  /** The first index at which another replica was seen to have another state; null while all is well. */
  readonly divergedAt: number | null;
}

/** What an operator asks of the leader. */
export type OperatorAction =
  | { readonly kind: "transfer"; readonly to: NodeId }
  | { readonly kind: "change members"; readonly change: MembershipChange }
  | { readonly kind: "address"; readonly member: NodeId; readonly address: MemberAddress | null };

/** A replica of a service, for whatever brings it its clients: a client is a number that is unique here. */
export interface ServiceReplica<Command, Answer, Query, Result> extends Port {
  readonly requests: {
    /** A message of a client. */
    readonly receive: (client: number, message: ToReplica<Query>) => void;
    /** A client is gone: nothing that it waits for will be said to it. */
    readonly left: (client: number) => void;
    /** Asks for the status. */
    readonly askStatus: () => void;
    /** Asks the leader, which must be this replica, to do something that an operator wants. `id` is the caller's. */
    readonly operate: (id: number, operation: OperatorAction) => void;
    /** Whether commands are taken: not while the disk is nearly full. */
    readonly takeCommands: (takes: boolean) => void;
  };
  readonly indications: {
    /** A message for a client. */
    readonly reply: (client: number, message: ToClient<Answer, Result>) => void;
    /** The alarm: after the same entries another replica has another state. One of them is wrong; nobody knows which. */
    readonly diverged: (index: number, peer: NodeId, ownHash: number, peerHash: number) => void;
    /** How this replica stands. */
    readonly status: (status: ReplicaStatus) => void;
    /** What became of an operation: done, or refused, and then it had no effect. */
    readonly operated: (id: number, refusal: Refusal | null, leader: NodeId | null) => void;
    /** Where members are reached that came, or moved, since the service began. */
    readonly addresses: (addresses: ReadonlyMap<NodeId, MemberAddress>) => void;
    /**
     * A command had its turn here, for the first time, as the one at `place` of those at `index`; only where the replica
     * was told to tell.
     */
    readonly applied: (index: number, place: number, command: Command, end: Remembered<Answer>) => void;
  };
}
