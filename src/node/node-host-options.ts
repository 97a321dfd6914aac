import type { KeyObject } from "node:crypto";
import type { AnyBound, NodeHost as MachineHost, NodeId } from "../model/index.ts";
import type { HandshakeError } from "./errors.ts";
import type { Address } from "./peer-links.ts";
import type { Files } from "./storage/files.ts";

/**
 * How members know each other. `tls`: mutual TLS 1.3; each certificate names the cluster and the member, and both are
 * checked on every connection. The files are PEM and are read again when they change. `open`: whoever connects is
 * believed; for tests and for networks that nobody else reaches.
 */
export type Security =
  | { readonly kind: "open" }
  | {
      readonly kind: "tls";
      readonly authorityFile: string;
      readonly certificateFile: string;
      readonly keyFile: string;
    };

/** Limits of the transport. */
export interface TransportLimits {
  /** Bytes of one frame: a larger one ends its connection. */
  readonly frameBytesMax: number;
  /** Bytes that wait for one peer: beyond it the session ends, and with it everything that waited. */
  readonly queueBytesMax: number;
  /** Connections that have not said yet who they are. */
  readonly strangersMax: number;
  /** Milliseconds for a connection to say who it is. */
  readonly handshakeMsMax: number;
  /** Milliseconds without a byte from a peer after which its session ends; a quiet peer says something in a third. */
  readonly silenceMsMax: number;
  /** Milliseconds until a peer that could not be reached is called again: doubled each time, with jitter. */
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
}

/** How the log is kept. */
export interface StorageOptions {
  /** Bytes of a segment; the log is freed by segments. */
  readonly segmentBytes: number;
  /** Milliseconds after which a write that is not on disk counts as stuck. */
  readonly stuckMs: number;
  /** The file system; another one is for tests that tear writes. */
  readonly files: Files;
}

/** What an operator may want to know. Not for protocols: nothing here is an event of a module. */
export type HostEvent =
  | { readonly kind: "session opened" | "session ended"; readonly peer: NodeId; readonly session: number }
  | { readonly kind: "connection refused"; readonly error: HandshakeError }
  | { readonly kind: "queue overflow"; readonly peer: NodeId; readonly bytes: number }
  /** Only processes in the same network namespace see that the directory is held. */
  | { readonly kind: "lock narrow"; readonly cause: Error }
  | { readonly kind: "torn tail cut"; readonly file: string; readonly bytes: number }
  | { readonly kind: "disk stuck"; readonly forMs: number }
  | { readonly kind: "disk recovered" }
  | { readonly kind: "space low"; readonly cause: Error }
  | { readonly kind: "space back" }
  | { readonly kind: "certificates reloaded" }
  | { readonly kind: "certificates refused"; readonly error: Error };

/** What a node on sockets and disks is made of. */
export interface NodeHostOptions {
  readonly stack: AnyBound;
  /** Name of the cluster: directories and certificates of another one are refused. */
  readonly cluster: string;
  readonly self: NodeId;
  /** Where each member is reached, this one included. More can be added while it runs. */
  readonly addresses: ReadonlyMap<NodeId, Address>;
  /** What modules see as `io.nodes`; by default the ids of `addresses`, ascending. */
  readonly nodes?: readonly NodeId[];
  /** Where this node listens, if that is not where others reach it. Port 0 takes a free one. */
  readonly listen?: Address;
  /** Made if absent. Nobody else may work in it; a lock that vanishes with the process sees to that. */
  readonly directory: string;
  readonly security: Security;
  /** Ed25519: the node's own key and the public ones by member; needed by protocols that sign. */
  readonly signing?: { readonly own: KeyObject; readonly all: ReadonlyMap<NodeId, KeyObject> };
  /** An indication that left the top of the stack, within the step's turn of the event loop. Must not throw. */
  readonly onIndication: (name: string, args: readonly unknown[]) => void;
  /** Hears what an operator may want to know. */
  readonly onEvent?: (event: HostEvent) => void;
  /** The node has stopped by itself: a handler threw, or the disk failed. Called once at most, never after `close`. */
  readonly onFailure: (error: Error) => void;
  /** Everything at the ports inside; costs speed, meant for tests and demonstrations. */
  readonly onInside?: NonNullable<MachineHost["observe"]>;
  /** A rare path of a module was taken. */
  readonly onMark?: NonNullable<MachineHost["mark"]>;
  /** Aborting it closes the node as `close` does. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<TransportLimits>;
  readonly storage?: Partial<StorageOptions>;
  /** Events that the trace keeps, the latest; 0 switches it off. */
  readonly traceEventsMax?: number;
}

/** Counters and gauges of one node, since its start. Sizes in bytes, times in milliseconds. */
export interface NodeHostMetrics {
  readonly steps: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  /** Messages to peers without a session, or beyond a limit. */
  readonly messagesDropped: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly socketWrites: number;
  readonly sessionsOpen: number;
  readonly sessionsEnded: number;
  readonly connectionsRefused: number;
  /** Steps that wrote, and the batches in which they reached the disk. */
  readonly frames: number;
  readonly syncs: number;
  readonly logBytes: number;
  readonly logBytesLive: number;
  readonly segments: number;
  /** How long the write that is under way has taken so far; 0 when there is none. */
  readonly syncPendingMs: number;
  readonly syncMsMax: number;
  readonly outputsHeld: number;
  readonly eventLoopDelayMsMax: number;
  readonly eventLoopDelayMsP99: number;
}
