import type { NodeId } from "../model/index.ts";

/** How a Byzantine node misbehaves. `arbitrary` is the searched adversary: every message of the vocabulary is a choice. */
export type Behaviour = "silent" | "equivocate" | "forge" | "replay" | "arbitrary";

/** How a partition cuts: all links between two groups, one direction only, or all but those of one node (the bridge). */
export type PartitionForm = "full" | "one-way" | "bridge";

/** One fault. Times are virtual milliseconds. A plan is a list of them: plain data, kept in the trace. */
export type Fault =
  /** Stops a node; with `outputs` it stops inside its next step, after that many of its outputs have left. */
  | {
      readonly kind: "crash";
      readonly at: number;
      readonly node: NodeId;
      readonly outputs?: number;
      readonly recoverAt?: number;
    }
  | { readonly kind: "pause"; readonly at: number; readonly until: number; readonly node: NodeId }
  | {
      readonly kind: "slow";
      readonly at: number;
      readonly until: number;
      readonly node: NodeId;
      readonly factor: number;
    }
  | {
      readonly kind: "partition";
      readonly at: number;
      readonly until: number;
      readonly form: PartitionForm;
      readonly left: readonly NodeId[];
      readonly right: readonly NodeId[];
    }
  /** Syncs take `factor` times as long; with a million they stall. */
  | {
      readonly kind: "slow-disk";
      readonly at: number;
      readonly until: number;
      readonly node: NodeId;
      readonly factor: number;
    }
  /** Writes fail from then on: the first one ends the incarnation. */
  | { readonly kind: "full-disk"; readonly at: number; readonly until: number; readonly node: NodeId }
  /** The wall clock jumps by `byMs`; the monotonic clock does not. */
  | { readonly kind: "clock-step"; readonly at: number; readonly node: NodeId; readonly byMs: number }
  /** Both clocks run fast by so many parts per million from then on. */
  | { readonly kind: "clock-drift"; readonly at: number; readonly node: NodeId; readonly partsPerMillion: number }
  /** A positive leap second on every wall clock: the last second of the day is shown twice. */
  | { readonly kind: "leap-second"; readonly at: number }
  /** A node is a traitor from the start. */
  | { readonly kind: "byzantine"; readonly at: number; readonly node: NodeId; readonly behaviour: Behaviour };

/** A fault by its kind. */
export type FaultKind = Fault["kind"];

/**
 * How much may go wrong in one run. Every run draws which kinds strike it at all (a swarm), then how often and when.
 * Dials still rule: a crash-stop system recovers nobody, a synchronous one pauses nobody.
 */
export interface FaultBudget {
  /** Crash events in all. Where nodes only stop it is also the number of nodes. Default: `f` of the scenario. */
  readonly crashes?: number;
  /** Milliseconds after which who crashed and can recover has recovered. Default: half of the window of faults. */
  readonly downMsMax?: number;
  /** Who may crash, pause or turn traitor. Default: every node. */
  readonly candidates?: readonly NodeId[];
  readonly partitions?: number;
  readonly forms?: readonly PartitionForm[];
  readonly pauses?: number;
  readonly slowNodes?: number;
  readonly slowDisks?: number;
  readonly fullDisks?: number;
  readonly clockSteps?: number;
  readonly clockStepMsMax?: number;
  readonly clockDrifts?: number;
  readonly driftPartsPerMillionMax?: number;
  readonly leapSeconds?: number;
  /** Traitors. Default: `f` of the scenario where nodes may be Byzantine. */
  readonly traitors?: number;
  readonly behaviours?: readonly Behaviour[];
  /**
   * When an arbitrary traitor says something: at each of its steps (the default), or only instead of messages that its
   * protocol sends. The latter is enough for protocols of rounds that ignore what does not belong to the round, and lets
   * an exhaustive search of what traitors say come to an end.
   */
  readonly traitorsSpeak?: "at every step" | "in turn";
  /**
   * Instead of staying down for good, one of the `f` may stay deaf for good: what it says arrives, and what is said to it
   * does not. Nothing is owed to it any more.
   */
  readonly deafens?: boolean;
  /** Writes of one step may be torn apart by a crash: the weaker disk. */
  readonly writes?: "whole" | "separate";
}
