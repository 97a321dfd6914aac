import type { CommandRun, MemberAddress, ReplicaStatus, ToReplica } from "../machines/index.ts";
import { fieldsOf, kindsOf, type Shape, wholeNumber } from "../model/index.ts";

/**
 * The version of what clients and replicas say to each other. In version 3 all but the first frames are in the compact
 * format of plain data.
 */
export const clientProtocol = 3;

/** The first frame of a connection, from the client. */
export interface ClientHello {
  readonly protocol: number;
  readonly cluster: string;
}

/** The first frame of a connection, from the replica: which one it is, or why it goes no further. */
export type ReplicaHello =
  | { readonly kind: "welcome"; readonly protocol: number; readonly member: number }
  | { readonly kind: "refused"; readonly why: string };

/** What an operator asks one replica; it is not part of the replicated service. */
export type OperatorRequest =
  | { readonly kind: "status"; readonly id: number }
  | { readonly kind: "transfer"; readonly id: number; readonly to: number }
  | {
      readonly kind: "change members";
      readonly id: number;
      readonly voters: readonly number[];
      readonly learners: readonly number[];
      readonly removed: readonly number[];
    }
  | { readonly kind: "address"; readonly id: number; readonly member: number; readonly address: MemberAddress | null };

/** How a replica stands, and the process that it is. */
export interface ReplicaReport extends ReplicaStatus {
  readonly member: number;
  readonly pid: number;
  /** The command that starts it again. */
  readonly start: string;
  /** Where clients reach the members, as far as this replica knows: by its own file, and by what the log says since. */
  readonly endpoints: readonly { readonly id: number; readonly client: string }[];
}

/** What a replica answers to an operator. */
export type OperatorAnswer =
  | { readonly kind: "report"; readonly id: number; readonly report: ReplicaReport }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly why: string; readonly leader: number | null };

const text: Shape = (value) => typeof value === "string";

/** Looks at the first frame of a client. */
export const clientHelloShape: Shape = fieldsOf<ClientHello>({
  protocol: wholeNumber,
  cluster: text,
});

const addressShape: Shape = fieldsOf<MemberAddress>({ peer: text, client: text });
const wholeNumbers: Shape = (value) => Array.isArray(value) && value.every(wholeNumber);

const runFields: Shape = fieldsOf<CommandRun>({
  session: wholeNumber,
  doneBelow: wholeNumber,
  first: wholeNumber,
  count: wholeNumber,
  commands: (value) => value instanceof Uint8Array,
});

/** Each command takes a byte at least: a replica makes an end for as many as the run says that it has. */
const runShape: Shape = (value) => {
  if (!runFields(value)) return false;
  const { count, commands } = value as CommandRun;
  return count > 0 && count <= commands.length;
};

/** Looks at what a client says after it; commands and queries are looked at by the machine. */
export const requestShape: Shape = kindsOf<ToReplica<unknown> | OperatorRequest>({
  open: { token: wholeNumber },
  execute: { run: runShape },
  query: {
    ids: wholeNumbers,
    queries: Array.isArray,
    consistency: (value) => value === "linearizable" || value === "serializable",
  },
  close: { session: wholeNumber },
  status: { id: wholeNumber },
  transfer: { id: wholeNumber, to: wholeNumber },
  address: { id: wholeNumber, member: wholeNumber, address: (value) => value === null || addressShape(value) },
  "change members": { id: wholeNumber, voters: wholeNumbers, learners: wholeNumbers, removed: wholeNumbers },
});
