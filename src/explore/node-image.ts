import type { DiskImage, Frame, NodeId } from "../model/index.ts";

/** A message on the network, as a search tells one from another. Plain data. */
export interface CarriedMessage {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly channel: number;
  readonly keys: readonly number[] | null;
  readonly body: unknown;
}

/** A timer that is set. `from` and `to` are milliseconds, both 0 where no delay means anything. */
export interface ArmedTimer {
  readonly path: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly from: number;
  readonly to: number;
}

/** A notice to a module that its writes are durable. */
export interface PendingNotice {
  readonly path: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What the gate of a node lets out once its writes are durable. */
export type HeldOutput =
  | { readonly kind: "message"; readonly message: CarriedMessage }
  | { readonly kind: "answer"; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: "durable"; readonly notice: PendingNotice };

/** Where one client of a node stands: the next call of its script, and whether one is open. */
export interface ClientImage {
  readonly script: number;
  readonly next: number;
  readonly waits: boolean;
}

/**
 * All of one node on which anything that it does later can depend: a local state of a search, whole. Plain data. Positions
 * of writes count from what is durable, so that two nodes that differ only in how much they wrote in all are one.
 */
export interface NodeImage {
  readonly node: NodeId;
  readonly incarnation: number;
  /** `unborn` before its first boot, `stopped` when it never comes back; a `traitor` hears, and is played by the search. */
  readonly life: "unborn" | "up" | "down" | "stopped" | "traitor";
  /** What `NodeMachine.volatile` gave; null while the node is not up. */
  readonly volatile: unknown;
  readonly durable: DiskImage;
  /** Written and not yet durable, a frame a step. */
  readonly frames: readonly Frame[];
  /** What leaves once so many of the frames are durable, in order of issue. */
  readonly held: readonly { readonly after: number; readonly output: HeldOutput }[];
  readonly timers: readonly ArmedTimer[];
  readonly notices: readonly PendingNotice[];
  readonly clients: readonly ClientImage[];
}

/** What can happen at one node. */
export type NodeEvent =
  | { readonly kind: "boot" }
  | { readonly kind: "deliver"; readonly message: CarriedMessage }
  | { readonly kind: "timer"; readonly path: string; readonly name: string; readonly args: readonly unknown[] }
  /** The client with this place among the clients of the node makes its next call. */
  | { readonly kind: "call"; readonly client: number }
  /** The first frame that is not durable becomes so. */
  | { readonly kind: "sync" }
  | { readonly kind: "settle" }
  | { readonly kind: "notice" }
  /** The node stops. The first `kept` unsynced frames had reached the disk, and `torn` writes of the next one. */
  | { readonly kind: "crash"; readonly kept: number; readonly torn: number }
  | { readonly kind: "recover" };

/** What a step made happen, in order: the words of a trace. */
export type Happening =
  | { readonly kind: "send"; readonly message: CarriedMessage }
  | { readonly kind: "answer"; readonly name: string; readonly args: readonly unknown[] }
  | {
      readonly kind: "request" | "indication";
      readonly path: string;
      readonly name: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: "note"; readonly path: string; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: "disk"; readonly name: "write" | "sync"; readonly data: unknown };
