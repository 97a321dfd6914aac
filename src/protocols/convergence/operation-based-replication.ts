import { type Module, perNode } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { OperationBasedType, ReplicatedData } from "./replicated-data.ts";
import { type Dot, type Seen, withDot } from "./seen.ts";

/** An operation on its way to the other replicas. */
export interface NamedOperation<Operation> {
  readonly dot: Dot;
  readonly operation: Operation;
}

/**
 * Replication by operations: the replica of an update applies it at once and broadcasts it; the others apply it when it
 * is delivered. It is as good as the broadcast below: best-effort loses operations when a sender crashes, reliable
 * suffices where all operations commute, causal where only concurrent ones do.
 *
 * Source: Shapiro, Preguiça, Baquero, Zawirski 2011, algorithm 2 (operation-based replication).
 */
export const operationBasedReplication = <State, Update, Operation, Value>(
  type: OperationBasedType<State, Update, Operation, Value>,
): Module<{
  provides: ReplicatedData<Update, Value>;
  uses: { broadcast: Broadcast<NamedOperation<Operation>> };
  state: { data: State; seen: Seen };
}> => ({
  name: `${type.name}, replicated`,
  source: "Shapiro, Preguiça, Baquero, Zawirski 2011, algorithm 2",
  init: ({ nodes }) => ({ data: type.initial, seen: perNode(nodes, () => ({ upTo: 0, beyond: [] })) }),
  upon: {
    request: {
      update(s, io, update) {
        const dot = { node: io.self, number: (s.seen[io.self]?.upTo ?? 0) + 1 };
        const operation = type.prepare(s.data, update, dot);
        s.data = type.apply(s.data, operation);
        s.seen = withDot(s.seen, dot);
        io.broadcast.broadcast({ dot, operation });
        io.up.changed(type.value(s.data), s.seen);
      },
    },
    broadcast: {
      deliver(s, io, origin, { dot, operation }) {
        if (origin === io.self) return;
        s.data = type.apply(s.data, operation);
        s.seen = withDot(s.seen, dot);
        io.up.changed(type.value(s.data), s.seen);
      },
    },
  },
});
