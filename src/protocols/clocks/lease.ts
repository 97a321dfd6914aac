import type { Links, Module, NodeId, Nothing, Port } from "../../model/index.ts";

/** A lease as its holder sees it: from `acquired` to `expired` nobody else has it. */
export interface Lease extends Port {
  readonly requests: {
    /** Asks the granter, once. */
    readonly acquire: () => void;
  };
  readonly indications: {
    /** This process may act as the only one. */
    readonly acquired: () => void;
    /** From now on another may have it: whatever is under way has to stop. */
    readonly expired: () => void;
    /** Another process has it. */
    readonly refused: () => void;
  };
}

/** `term`: milliseconds of the lease, or the time of day at which it ends, as the clock rules have it. */
export type LeaseMessage =
  | { readonly kind: "ask" }
  | { readonly kind: "grant"; readonly term: number }
  | { readonly kind: "refuse" };

/** The rules of leases, each by itself, so that one can be broken. */
export interface LeaseRules {
  /**
   * Whether a granter that starts again lets a whole lease pass first: it has forgotten whom it granted the last one,
   * and would give another process what somebody still has.
   */
  readonly waitsOut: (incarnation: number) => boolean;
}

/** The rules of the paper. */
export const leaseRules: LeaseRules = { waitsOut: (incarnation) => incarnation > 0 };

/** Who grants, for how long, and by which clock both sides count. */
export interface LeaseOptions {
  readonly granter: NodeId;
  readonly leaseMs: number;
  /** `durations`: each side counts on its own monotonic clock. `time of day`: both believe in one time. */
  readonly clock: "durations" | "time of day";
  readonly rules?: Partial<LeaseRules>;
}

/**
 * Grants a lease to one process at a time. It keeps nothing on disk: after a restart it waits until whatever it granted
 * before is over.
 *
 * Source: Gray and Cheriton 1989, Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency.
 */
export const leaseGranter = ({
  leaseMs,
  clock,
  rules = {},
}: LeaseOptions): Module<{
  provides: Nothing;
  uses: { links: Links<LeaseMessage> };
  state: { expiry: number | null };
}> => {
  const kind = clock === "durations" ? "monotonic" : "wall";
  const { waitsOut } = { ...leaseRules, ...rules };
  return {
    name: "granter of a lease",
    source: "Gray and Cheriton 1989",
    init: () => ({ expiry: null }),
    start(s, io) {
      if (waitsOut(io.incarnation)) s.expiry = io.clock(kind) + leaseMs;
    },
    upon: {
      request: {},
      links: {
        deliver(s, io, from, message) {
          if (message.kind !== "ask") return io.note("not for the granter");
          const now = io.clock(kind);
          if (s.expiry !== null && now < s.expiry) return io.links.send(from, { kind: "refuse" });
          s.expiry = now + leaseMs;
          io.links.send(from, { kind: "grant", term: clock === "durations" ? leaseMs : s.expiry });
        },
      },
    },
  };
};

/**
 * Holds a lease. By durations it counts from the moment when it asked, which is before the granter counts, so it stops
 * first whatever the message took. By the time of day the two sides stop at the same reading of two different clocks.
 *
 * Source: Gray and Cheriton 1989, Leases.
 */
export const leaseHolder = ({
  granter,
  clock,
}: LeaseOptions): Module<{
  provides: Lease;
  uses: { links: Links<LeaseMessage> };
  state: { askedAt: number | null };
  timers: { expiry: [] };
}> => ({
  name: "holder of a lease",
  source: "Gray and Cheriton 1989",
  init: () => ({ askedAt: null }),
  upon: {
    request: {
      acquire(s, io) {
        s.askedAt = io.clock("monotonic");
        io.links.send(granter, { kind: "ask" });
      },
    },
    links: {
      deliver(s, io, _from, message) {
        if (s.askedAt === null) return io.note("did not ask");
        const askedAt = s.askedAt;
        s.askedAt = null;
        if (message.kind !== "grant") return io.up.refused();
        const leftMs =
          clock === "durations" ? askedAt + message.term - io.clock("monotonic") : message.term - io.clock("wall");
        if (leftMs <= 0) return io.up.refused();
        io.up.acquired();
        io.timers.expiry.set(leftMs);
      },
    },
    timer: {
      expiry(_s, io) {
        io.up.expired();
      },
    },
  },
});
