import { type Bound, type Module, type NodeId, stack } from "../../model/index.ts";
import type { Broadcast, ReplicatedLog } from "../../protocols/index.ts";

/** What is ordered: a command to append, or a question how far the log is. */
export type Ordered<Command> =
  | { readonly kind: "command"; readonly id: number; readonly command: Command }
  | { readonly kind: "read"; readonly id: number };

const totalOrderLogModule = <Command, Chunk>(): Module<{
  provides: ReplicatedLog<Command, Chunk>;
  uses: { broadcast: Broadcast<Ordered<Command>> };
  state: { index: number };
}> => ({
  name: "replicated log on a total order",
  source: "Schneider 1990",
  init: () => ({ index: 0 }),
  start(_s, io) {
    io.up.leadership("leader", 1, io.self);
  },
  upon: {
    request: {
      propose: (_s, io, id, command) => io.broadcast.broadcast({ kind: "command", id, command }),
      read: (_s, io, id) => io.broadcast.broadcast({ kind: "read", id }),
      transferLeadership: (_s, io, id) => io.up.refused(id, "impossible", null),
      changeMembers: (_s, io, id) => io.up.refused(id, "impossible", null),
      saveSnapshot(_s, io, index, _number, _chunk, isLast) {
        if (isLast) io.up.snapshotSaved(index);
      },
    },
    broadcast: {
      deliver(s, io, origin: NodeId, ordered) {
        if (ordered.kind === "read") {
          if (origin === io.self) io.up.readReady(ordered.id, s.index);
          return;
        }
        s.index++;
        if (origin === io.self) io.up.appended(ordered.id, s.index, 1);
        io.up.committed(s.index, 1, ordered.command);
      },
    },
  },
});

/**
 * The replicated log without a leader: any total order of broadcasts is one, reads take their turn in it too. Everybody
 * takes proposals, nobody recovers. It shows what a service needs of a log, and what it need not know about it.
 */
export const totalOrderLog = <Command, Chunk>(
  broadcast: Bound<Broadcast<Ordered<Command>>>,
): Bound<ReplicatedLog<Command, Chunk>> => stack(totalOrderLogModule<Command, Chunk>(), { broadcast });
